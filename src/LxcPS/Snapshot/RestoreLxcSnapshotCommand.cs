using System.Management.Automation;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Brings a stopped container back to what it was when a snapshot was taken, or makes another container of the snapshot.</summary>
[Cmdlet(VerbsData.Restore, "LxcSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class RestoreLxcSnapshotCommand : SnapshotCmdlet
{
    /// <summary>The name of another container that is made of the snapshot; the container itself stays as it is.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NewName { get; set; }

    /// <summary>Whether the container is emitted.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Act(ContainerStore store, string name, string snapshot)
    {
        if (!ShouldProcess(name, NewName is null ? $"Restore {snapshot}, and lose what it is now" : $"Make {NewName} of {snapshot}"))
        {
            return;
        }

        Try(NewName ?? name, () =>
        {
            SnapshotStore snapshots = new(store, name, Helper);
            if (NewName is null)
            {
                snapshots.Restore(snapshot, StopToken);
            }
            else
            {
                snapshots.RestoreTo(snapshot, NewName, StopToken);
            }

            if (PassThru)
            {
                WriteObject(LxcContainer.Read(store, NewName ?? name));
            }
        });
    }
}
