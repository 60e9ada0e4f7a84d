using System.Management.Automation;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>Writes images as archives of LXC's kind.</summary>
[Cmdlet(VerbsData.Export, "LxcImage", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(FileInfo))]
public sealed class ExportLxcImageCommand : NamedImageCmdlet
{
    /// <summary>
    /// The archive, whose name's end says how it is compressed: .tar.zst, .tar.xz, .tar.gz or .tar; or a directory, in which it is named after the image.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>Replaces a file that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Emits the archives.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(ImageStore store, ImageInfo image)
    {
        string path = string.Empty;
        if (!Try(image.Name, () => path = FilePathOf(Path)))
        {
            return;
        }

        if (Directory.Exists(path))
        {
            path = $"{path.TrimEnd('/')}/{image.Name.Replace('/', '-')}.tar.zst";
        }

        if (!ShouldProcess(image.Name, $"Export to {path}"))
        {
            return;
        }

        TransferBar bar = new(this, $"Exporting {image.Name}");
        if (Try(image.Name, () => ImageExport.Write(store, image, path, Force, bar.Show, StopToken)) && PassThru)
        {
            WriteObject(new FileInfo(path));
        }

        bar.Complete();
    }
}
