using System.Management.Automation;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Halts all processes of containers until Resume-LxcContainer.</summary>
[Cmdlet(VerbsLifecycle.Suspend, "LxcContainer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class SuspendLxcContainerCommand : ContainerActionCmdlet
{
    /// <inheritdoc/>
    protected override string ActionName => "Suspend";

    private protected override void Act(WorkItem item) =>
        item.Say(ContainerFreezer.Freeze(item.Target.LxcPath, item.Target.Name) ? "suspended" : "was suspended already");
}
