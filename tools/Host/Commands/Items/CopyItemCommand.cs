using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Copy, "Item", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class CopyItemCommand : PathCommand
{
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = "";

    [Parameter]
    public SwitchParameter Container { get; set; } = true;

    [Parameter]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override object? GetDynamicParameters(object context) =>
        Internals.Call(InvokeProvider.Item, "CopyItemDynamicParameters", FirstPath, Destination, Recurse.ToBool(), context);

    private protected override void Process(string path) =>
        Internals.Call(InvokeProvider.Item, "Copy", path, Destination, Recurse.ToBool(),
            Container ? CopyContainers.CopyTargetContainer : CopyContainers.CopyChildrenOfTargetContainer, NewContext(PassThru));
}
