using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Set, "ItemProperty", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class SetItemPropertyCommand : PathCommand
{
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSProperty")]
    public string Name { get; set; } = "";

    [Parameter(Position = 2, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    public object? Value { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process(string path)
    {
        var property = new PSObject();
        property.Properties.Add(new PSNoteProperty(Name, Value));
        Internals.Call(InvokeProvider.Property, "Set", path, property, NewContext(PassThru));
    }
}
