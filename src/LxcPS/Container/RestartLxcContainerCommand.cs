using System.Management.Automation;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Restarts containers: stops those that run, and starts all of them with their configuration as it is now.</summary>
[Cmdlet(VerbsLifecycle.Restart, "LxcContainer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class RestartLxcContainerCommand : ContainerActionCmdlet
{
    /// <summary>How long a container may take to shut down before it is ended, as TimeSpan or in seconds.</summary>
    [Parameter]
    [Timeout]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Ends the containers at once, without asking them to shut down.</summary>
    [Parameter]
    public SwitchParameter Kill { get; set; }

    /// <inheritdoc/>
    protected override string ActionName => "Restart";

    private protected override void Act(WorkItem item)
    {
        StopLxcContainerCommand.Stop(item, new StopOptions { Timeout = TimeoutAttribute.Milliseconds(Timeout), Kill = Kill, MustRemain = true }, StopToken);
        StartLxcContainerCommand.Start(item, new MonitorRequest { LxcPath = item.Target.LxcPath, Name = item.Target.Name }, StopToken);
    }
}
