using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>BeforeDiscovery: runs its script where it stands, in the scope around it, as if it were not there.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "PesterBeforeDiscovery")]
[Alias("BeforeDiscovery")]
public sealed class BeforeDiscoveryCommand : PSCmdlet
{
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("Scriptblock")]
    public ScriptBlock Script { get; set; } = null!;

    protected override void EndProcessing()
    {
        if (RunState.Require("BeforeDiscovery").Discovering is not null)
        {
            InvokeCommand.InvokeScript(useLocalScope: false, Script, null);
        }
    }
}
