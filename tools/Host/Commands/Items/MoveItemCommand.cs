using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Move, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class MoveItemCommand : PathCommand
{
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = ".";

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override object? GetDynamicParameters(object context) =>
        Internals.Call(InvokeProvider.Item, "MoveItemDynamicParameters", FirstPath, Destination, context);

    private protected override void Process(string path) =>
        Internals.Call(InvokeProvider.Item, "Move", path, Destination, NewContext(PassThru));
}
