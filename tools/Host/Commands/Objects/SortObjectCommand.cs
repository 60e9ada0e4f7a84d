using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet("Sort", "Object", DefaultParameterSetName = "Default")]
public sealed class SortObjectCommand : PSCmdlet
{
    private readonly List<KeyedItem> _items = [];
    private PropertyArgument[] _properties = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    [Parameter]
    public SwitchParameter Descending { get; set; }

    [Parameter]
    public SwitchParameter Unique { get; set; }

    [Parameter(ParameterSetName = "Top", Mandatory = true)]
    [ValidateRange(1, int.MaxValue)]
    public int Top { get; set; }

    [Parameter(ParameterSetName = "Bottom", Mandatory = true)]
    [ValidateRange(1, int.MaxValue)]
    public int Bottom { get; set; }

    [Parameter]
    public SwitchParameter Stable { get; set; }

    [Parameter]
    public string? Culture { get; set; }

    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    protected override void BeginProcessing() => _properties = PropertyArgument.Parse(Property);

    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            _items.Add(KeyedItem.Of(InputObject, _properties));
        }
    }

    protected override void EndProcessing()
    {
        var comparer = new ValueComparer(CaseSensitive, Culture is null ? null : CultureInfo.GetCultureInfo(Culture));
        bool[] descending = _properties.Length == 0 ? [Descending] : [.. _properties.Select(property => property.Descending ?? Descending)];
        var order = Comparer<KeyedItem>.Create((x, y) => KeyedItem.Compare(x, y, comparer, descending));

        // What the property is missing from comes last in ascending order, as what cannot be told.
        var sorted = _items.Order(order).ToList();
        if (Unique)
        {
            sorted = [.. sorted.Where((item, index) => index == 0 || order.Compare(sorted[index - 1], item) != 0)];
        }

        WriteObject((Top > 0 ? sorted.Take(Top) : Bottom > 0 ? sorted.TakeLast(Bottom) : sorted).Select(item => item.Item),
            enumerateCollection: true);
    }
}
