using System.Management.Automation;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Pop, "Location")]
public sealed class PopLocationCommand : ProviderCommand
{
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string StackName { get; set; } = "";

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord() => Try(() =>
    {
        if (SessionState.Path.PopLocation(StackName) is not null && PassThru)
        {
            WriteObject(SessionState.Path.CurrentLocation);
        }
    });
}
