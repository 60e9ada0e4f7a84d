using System.Management.Automation;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Makes containers of archives.</summary>
[Cmdlet(VerbsData.Import, "LxcContainer", SupportsShouldProcess = true)]
[OutputType(typeof(LxcContainer))]
public sealed class ImportLxcContainerCommand : LxcCmdlet
{
    /// <summary>The archives: of Export-LxcContainer, or of a container's directory that tar packed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName")]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>The name of the container; without it, the one that it had.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Keeps host name, hardware addresses and machine id: for a container that moves rather than one that is copied.</summary>
    [Parameter]
    public SwitchParameter KeepIdentity { get; set; }

    /// <summary>Takes what reaches the host: hooks, mounts of the host's, privileges, device nodes. For archives whose maker is trusted.</summary>
    [Parameter]
    public SwitchParameter Trust { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindStore() is not { } store)
        {
            return;
        }

        foreach (string path in Path)
        {
            string? name = null;
            if (Try(path, () => name = Import(store, FilePathOf(path))) && name is not null)
            {
                WriteObject(LxcContainer.Read(store, name));
            }
        }
    }

    private string? Import(ContainerStore store, string archive)
    {
        TransferBar bar = new(this, $"Importing {archive}");
        string? name = ContainerImporter.Import(Helper, store, archive, new ImportOptions
        {
            Name = Name,
            KeepIdentity = KeepIdentity,
            Trust = Trust,
            SeccompPolicyPath = ModuleFiles.SeccompPolicyPath,
            Progress = bar.Show,
            Verbose = WriteVerbose,
            Confirm = container => ShouldProcess(container, $"Import from {archive}"),
        }, StopToken);
        bar.Complete();
        return name;
    }
}
