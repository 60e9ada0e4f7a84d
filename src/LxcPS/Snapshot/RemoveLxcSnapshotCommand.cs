using System.Management.Automation;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Removes snapshots of containers.</summary>
[Cmdlet(VerbsCommon.Remove, "LxcSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = NameSet)]
[OutputType(typeof(void))]
public sealed class RemoveLxcSnapshotCommand : SnapshotCmdlet
{
    private protected override void Act(ContainerStore store, string name, string snapshot)
    {
        if (ShouldProcess($"{name} {snapshot}", "Remove snapshot"))
        {
            Try(name, () => new SnapshotStore(store, name, Helper).Remove(snapshot));
        }
    }
}
