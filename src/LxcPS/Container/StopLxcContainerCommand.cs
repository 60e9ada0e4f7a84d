using System.Management.Automation;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Stops containers: asks them to shut down, waits, and ends those that did not.</summary>
[Cmdlet(VerbsLifecycle.Stop, "LxcContainer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class StopLxcContainerCommand : ContainerActionCmdlet
{
    /// <summary>How long a container may take to shut down, as TimeSpan or in seconds.</summary>
    [Parameter]
    [Timeout]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Ends the containers at once, without asking them to shut down.</summary>
    [Parameter]
    public SwitchParameter Kill { get; set; }

    /// <summary>Leaves a container running that does not shut down in time, and writes an error.</summary>
    [Parameter]
    public SwitchParameter NoKill { get; set; }

    /// <inheritdoc/>
    protected override string ActionName => Kill ? "Kill" : "Stop";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Kill && NoKill)
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException("-Kill and -NoKill contradict each other."), "KillAndNoKill", ErrorCategory.InvalidArgument, null));
        }

        if (!MyInvocation.BoundParameters.ContainsKey(nameof(ThrottleLimit)))
        {
            // Stopping is waiting: all at once takes as long as the slowest.
            ThrottleLimit = 1024;
        }
    }

    private protected override void Act(WorkItem item) =>
        Stop(item, new StopOptions { Timeout = TimeoutAttribute.Milliseconds(Timeout), Kill = Kill, NoKill = NoKill }, StopToken);

    /// <summary>Stops one container.</summary>
    internal static StopResult Stop(WorkItem item, StopOptions options, CancellationToken stopping)
    {
        StopResult result = ContainerStopper.Stop(item.Target.LxcPath, item.Target.Name, options, stopping);
        item.Say(result switch
        {
            StopResult.WasStopped => "was stopped already",
            StopResult.ShutDown => "shut down",
            StopResult.Killed when options.Kill => "killed",
            _ => "did not shut down when asked and was killed",
        });
        return result;
    }
}
