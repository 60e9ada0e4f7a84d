using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>BeforeAll, BeforeEach, AfterEach and AfterAll: noted at discovery, run with the tests.</summary>
public abstract class SetupCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Scriptblock")]
    public ScriptBlock Script { get; set; } = null!;

    protected override void EndProcessing()
    {
        var run = RunState.Require(MyInvocation.InvocationName);
        if (run.Discovering is { } block)
        {
            Discovery.TakeParameters(run, SessionState);
            Add(block);
        }
    }

    private protected abstract void Add(PesterBlock block);
}
