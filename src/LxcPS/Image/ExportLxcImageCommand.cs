using System.Management.Automation;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>Writes images as archives of LXC's kind, or as OCI images.</summary>
[Cmdlet(VerbsData.Export, "LxcImage", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(FileInfo), typeof(DirectoryInfo))]
public sealed class ExportLxcImageCommand : NamedImageCmdlet, IExportParameters
{
    /// <summary>
    /// The archive, with the suffix .tar.zst, .tar.gz, .tar.xz or .tar; of an OCI image the directory, or an archive with the suffix .tar; or a directory
    /// that is there, in which it is named after the image.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>What is written: an archive for Import-LxcImage, lxc-local and Incus, or an OCI image.</summary>
    [Parameter]
    public ExportFormat Format { get; set; }

    /// <summary>Replaces what is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Emits the file of each archive, or the directory of each OCI image.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(ImageStore store, ImageInfo image) =>
        Exporting.Run(this, image.Name, image.Name.Replace('/', '-'), request => ImageExport.Write(store, image, request));
}
