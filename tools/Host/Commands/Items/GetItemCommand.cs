using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Get, "Item", DefaultParameterSetName = "Path")]
public sealed class GetItemCommand : PathCommand
{
    private protected override object? GetDynamicParameters(object context) =>
        Internals.Call(InvokeProvider.Item, "GetItemDynamicParameters", FirstPath, context);

    private protected override void Process(string path) => Internals.Call(InvokeProvider.Item, "Get", path, NewContext());
}
