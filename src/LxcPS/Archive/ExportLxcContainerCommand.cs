using System.Management.Automation;
using LxcPS.Engine.Copying;

namespace LxcPS.Commands;

/// <summary>Writes stopped containers into archives, or as OCI images.</summary>
[Cmdlet(VerbsData.Export, "LxcContainer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(FileInfo), typeof(DirectoryInfo))]
public sealed class ExportLxcContainerCommand : ContainerCmdlet, IExportParameters
{
    /// <summary>
    /// The archive, with the suffix .tar.zst, .tar.gz, .tar.xz or .tar; of an image the directory, or an archive with the suffix .tar; or a directory
    /// that is there, in which it is called NAME.tar.zst, or NAME.tar where it is an image.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>What is written: an archive for Import-LxcContainer, or an OCI image.</summary>
    [Parameter]
    public ExportFormat Format { get; set; }

    /// <summary>Replaces what is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Emits the file of each archive, or the directory of each image.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ContainerTarget container in ResolveTargets())
        {
            Exporting.Run(this, container.Name, container.Name, request => ContainerExporter.Export(container.Store, container.Name, request));
        }
    }
}
