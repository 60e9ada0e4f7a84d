using System.Management.Automation;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Lets the processes of suspended containers go on.</summary>
[Cmdlet(VerbsLifecycle.Resume, "LxcContainer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class ResumeLxcContainerCommand : ContainerActionCmdlet
{
    /// <inheritdoc/>
    protected override string ActionName => "Resume";

    private protected override void Act(WorkItem item) =>
        item.Say(ContainerFreezer.Thaw(item.Target.LxcPath, item.Target.Name) ? "resumed" : "was not suspended");
}
