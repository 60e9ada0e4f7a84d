using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Set, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class SetItemCommand : PathCommand
{
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override object? GetDynamicParameters(object context) =>
        Internals.Call(InvokeProvider.Item, "SetItemDynamicParameters", FirstPath, Value, context);

    private protected override void Process(string path) => Internals.Call(InvokeProvider.Item, "Set", path, Value, NewContext(PassThru));
}
