using System.Collections.ObjectModel;
using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Get, "ItemProperty", DefaultParameterSetName = "Path")]
public sealed class GetItemPropertyCommand : PathCommand
{
    [Parameter(Position = 1)]
    [Alias("PSProperty")]
    public string[]? Name { get; set; }

    private protected override void Process(string path) =>
        Internals.Call(InvokeProvider.Property, "Get", path, new Collection<string>([.. Name ?? []]), NewContext());
}
