using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Waits until containers are in a state.</summary>
[Cmdlet(VerbsLifecycle.Wait, "LxcContainer", DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class WaitLxcContainerCommand : ContainerActionCmdlet
{
    /// <summary>The states; one of them is enough.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public ContainerState[] State { get; set; } = [ContainerState.Stopped];

    /// <summary>How long to wait, as TimeSpan or in seconds; without it, for ever.</summary>
    [Parameter]
    [Timeout]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    protected override string ActionName => "Wait";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(ThrottleLimit)))
        {
            // Waiting costs nothing, and a time given is for all of them.
            ThrottleLimit = 1024;
        }
    }

    // Waiting changes nothing: there is nothing to confirm.
    private protected override bool Ask(ContainerTarget target) => true;

    private protected override void Act(WorkItem item)
    {
        int timeout = Timeout is { } time ? TimeoutAttribute.Milliseconds(time) : -1;
        ContainerState? state = StateWait.Until(item.Target.LxcPath, item.Target.Name, State, timeout, StopToken)
            ?? throw new LxcException(LxcErrorId.Timeout,
                $"Container '{item.Target.Name}' was not {string.Join(" or ", State)} within {Timeout!.Value.TotalSeconds:0.###} seconds")
            {
                ContainerName = item.Target.Name,
                Advice = "Give it more time with -Timeout.",
            };
        item.Say($"is {state}");
    }
}
