using System.Management.Automation;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Security)]
[Cmdlet(VerbsCommon.Get, "ExecutionPolicy")]
public sealed class GetExecutionPolicyCommand : PSCmdlet
{
    [Parameter(Position = 0)]
    public string? Scope { get; set; }

    [Parameter]
    public SwitchParameter List { get; set; }

    // Nothing else is possible here.
    protected override void BeginProcessing() => WriteObject("Unrestricted");
}
