using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Copying;

namespace LxcPS.Commands;

/// <summary>Writes stopped containers into archives.</summary>
[Cmdlet(VerbsData.Export, "LxcContainer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(FileInfo))]
public sealed class ExportLxcContainerCommand : ContainerCmdlet
{
    /// <summary>The archive, with the suffix .tar.zst, .tar.gz, .tar.xz or .tar; or a directory, in which it is called NAME.tar.zst.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>Replaces an archive that is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Emits the file of each archive.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string? path = null;
        if (!Try(Path, () => path = FilePathOf(Path)))
        {
            return;
        }

        foreach (ContainerTarget container in ResolveTargets())
        {
            string archive = Directory.Exists(path) ? System.IO.Path.Combine(path, container.Name + ".tar.zst") : path!;
            if (ShouldProcess(container.Name, $"Export to {archive}") && Try(container.Name, () => Export(container, archive)) && PassThru)
            {
                WriteObject(new FileInfo(archive));
            }
        }
    }

    private void Export(ContainerTarget container, string archive)
    {
        TransferBar bar = new(this, $"Exporting container {container.Name}");
        ContainerExporter.Export(container.Store, container.Name, archive, Force, bar.Show, StopToken);
        bar.Complete();
    }
}
