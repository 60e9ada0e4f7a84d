using System.Management.Automation;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>Makes images of tar archives of root file systems.</summary>
[Cmdlet(VerbsData.Import, "LxcImage", SupportsShouldProcess = true)]
[OutputType(typeof(LxcImage))]
public sealed class ImportLxcImageCommand : ImageCmdlet
{
    /// <summary>The archives: plain, or compressed with gzip, xz, zstd or bzip2; the root file system alone, or with LXC's metadata.yaml beside a directory rootfs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>What the image is called instead of what the archive says: distribution/release/architecture/variant, of which the end may be left out.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindImages() is not { } store)
        {
            return;
        }

        foreach (string given in Path)
        {
            string path = string.Empty;
            if (Try(given, () => path = FilePathOf(given)) && ShouldProcess(path, "Import image"))
            {
                ImageInfo? image = null;
                if (TryWithProgress(path, $"Importing {path}", progress => image = new ArchiveImage(path, Name).Obtain(store, ContextOf(progress))))
                {
                    WriteObject(new LxcImage(store, image!));
                }
            }
        }
    }
}
