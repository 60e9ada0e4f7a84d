using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.Group, "Object", DefaultParameterSetName = "Default")]
[OutputType(typeof(Hashtable), typeof(GroupInfo))]
public sealed class GroupObjectCommand : PSCmdlet
{
    private readonly List<KeyedItem> _items = [];
    private PropertyArgument[] _properties = [];

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public object[]? Property { get; set; }

    [Parameter]
    public SwitchParameter NoElement { get; set; }

    [Parameter(ParameterSetName = "HashTable", Mandatory = true)]
    [Alias("AHT")]
    public SwitchParameter AsHashTable { get; set; }

    [Parameter(ParameterSetName = "HashTable")]
    public SwitchParameter AsString { get; set; }

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
        var groups = new List<GroupInfo>();
        KeyedItem? last = null;
        foreach (var item in _items.Order(Comparer<KeyedItem>.Create((x, y) => KeyedItem.Compare(x, y, comparer, []))))
        {
            if (last is null || KeyedItem.Compare(last, item, comparer, []) != 0)
            {
                var values = new ArrayList(item.Keys);
                var name = string.Join(", ", item.Keys.Select(ToText));
                groups.Add(NoElement ? new GroupInfoNoElement(values, name) : new GroupInfo(values, name));
                last = item;
            }

            groups[^1].Add(item.Item, keep: !NoElement);
        }

        if (AsHashTable)
        {
            WriteTable(groups);
        }
        else
        {
            WriteObject(groups, enumerateCollection: true);
        }
    }

    private void WriteTable(List<GroupInfo> groups)
    {
        var table = new Hashtable(CaseSensitive ? StringComparer.CurrentCulture : StringComparer.CurrentCultureIgnoreCase);
        foreach (var group in groups)
        {
            var value = group.Values[0];
            object key = AsString || group.Values.Count > 1 || value is null ? group.Name : value is PSObject wrapped ? wrapped.BaseObject
                : value;
            table[key] = NoElement ? group : group.Group;
        }

        WriteObject(table);
    }

    private static string ToText(object? key) => key switch
    {
        null => "",
        PSObject or string => key.ToString() ?? "",
        IEnumerable items => "{" + string.Join(", ", items.Cast<object?>()) + "}",
        _ => LanguagePrimitives.ConvertTo<string>(key),
    };
}
