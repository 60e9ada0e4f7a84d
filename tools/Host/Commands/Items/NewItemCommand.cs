using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.New, "Item", DefaultParameterSetName = "pathSet", SupportsShouldProcess = true)]
public sealed class NewItemCommand : ProviderCommand
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "pathSet", ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, ParameterSetName = "nameSet", ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [""];

    [Parameter(Mandatory = true, ParameterSetName = "nameSet", ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? Name { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Type")]
    public string? ItemType { get; set; }

    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Target")]
    public object? Value { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override SwitchParameter UseForce => Force;

    // A new path is never a pattern.
    private protected override bool IsLiteral => true;

    private protected override object? GetDynamicParameters(object context) =>
        Internals.Call(InvokeProvider.Item, "NewItemDynamicParameters", Path is { Length: > 0 } ? Path[0] : ".", ItemType, Value, context);

    protected override void ProcessRecord()
    {
        foreach (var path in Path is { Length: > 0 } ? Path : [""])
        {
            Try(() => Internals.Call(InvokeProvider.Item, "New", path, Name, ItemType, Value, NewContext()));
        }
    }
}
