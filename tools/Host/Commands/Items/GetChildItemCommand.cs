using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Get, "ChildItem", DefaultParameterSetName = "Items")]
public sealed class GetChildItemCommand : ProviderCommand
{
    private string[]? _path;
    private bool _isLiteral;

    [Parameter(Position = 0, ParameterSetName = "Items", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    public string[]? Path
    {
        get => _path;
        set => _path = value;
    }

    [Parameter(Mandatory = true, ParameterSetName = "LiteralItems", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[]? LiteralPath
    {
        get => _path;
        set
        {
            _isLiteral = true;
            _path = value;
        }
    }

    [Parameter(Position = 1)]
    public string? Filter { get; set; }

    [Parameter]
    [SupportsWildcards]
    public string[]? Include { get; set; }

    [Parameter]
    [SupportsWildcards]
    public string[]? Exclude { get; set; }

    [Parameter]
    [Alias("s", "r")]
    public SwitchParameter Recurse { get; set; }

    [Parameter]
    public uint Depth { get; set; } = uint.MaxValue;

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter Name { get; set; }

    private protected override bool IsLiteral => _isLiteral;
    private protected override SwitchParameter UseForce => Force;
    private protected override string? UseFilter => Filter;
    private protected override string[]? UseInclude => Include;
    private protected override string[]? UseExclude => Exclude;

    private protected override object? GetDynamicParameters(object context)
    {
        var path = Path is { Length: > 0 } ? Path[0] : ".";
        return Name
            ? Internals.Call(InvokeProvider.ChildItem, "GetChildNamesDynamicParameters", path, context)
            : Internals.Call(InvokeProvider.ChildItem, "GetChildItemsDynamicParameters", path, Recurse.ToBool(), context);
    }

    protected override void ProcessRecord()
    {
        var recurse = Recurse || MyInvocation.BoundParameters.ContainsKey(nameof(Depth));
        foreach (var path in Path is { Length: > 0 } ? Path : [""])
        {
            Try(() =>
            {
                if (Name)
                {
                    Internals.Call(InvokeProvider.ChildItem, "GetNames", path, ReturnContainers.ReturnMatchingContainers, recurse, Depth,
                        NewContext());
                }
                else
                {
                    Internals.Call(InvokeProvider.ChildItem, "Get", path, recurse, Depth, NewContext());
                }
            });
        }
    }
}
