using System.Management.Automation;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>A cmdlet that works on one snapshot of a container, or on objects of Get-LxcSnapshot.</summary>
public abstract class SnapshotCmdlet : LxcCmdlet
{
    /// <summary>The parameter set of names.</summary>
    protected const string NameSet = "Name";

    /// <summary>The container.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [Alias("ContainerName")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public string Name { get; set; } = string.Empty;

    /// <summary>The snapshot, as Get-LxcSnapshot shows it.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = NameSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SnapshotCompleter))]
    public string[] SnapshotName { get; set; } = [];

    /// <summary>Snapshots, as Get-LxcSnapshot gives them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    [Alias("Snapshot")]
    [ValidateNotNull]
    public LxcSnapshot[] InputObject { get; set; } = [];

    /// <summary>Does it, once the user has agreed.</summary>
    private protected abstract void Act(ContainerStore store, string name, string snapshot);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (LxcSnapshot snapshot in InputObject)
        {
            Act(snapshot.Store, snapshot.Name, snapshot.SnapshotName);
        }

        if (ParameterSetName == NameSet && FindStore() is { } store)
        {
            foreach (string snapshot in SnapshotName)
            {
                Act(store, Name, snapshot);
            }
        }
    }
}
