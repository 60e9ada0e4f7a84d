using System.Management.Automation;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Get, "ItemPropertyValue", DefaultParameterSetName = "Path")]
public sealed class GetItemPropertyValueCommand : PathCommand
{
    [Parameter(Position = 1, Mandatory = true)]
    [Alias("PSProperty")]
    public string[] Name { get; set; } = [];

    private protected override void Process(string path)
    {
        foreach (var found in InvokeProvider.Property.Get([path], new([.. Name]), IsLiteral))
        {
            foreach (var name in Name)
            {
                WriteObject(found.Properties[name]?.Value);
            }
        }
    }
}
