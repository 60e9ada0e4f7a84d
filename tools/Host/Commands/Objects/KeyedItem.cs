using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>An object with what it is ordered, grouped or compared by.</summary>
internal sealed record KeyedItem(PSObject Item, object?[] Keys)
{
    public static KeyedItem Of(PSObject item, PropertyArgument[] properties) =>
        new(item, properties.Length == 0 ? Default(item) : [.. properties.Select(property => property.Value(item))]);

    public static int Compare(KeyedItem x, KeyedItem y, IComparer<object?> comparer, bool[] descending)
    {
        for (var i = 0; i < Math.Max(x.Keys.Length, y.Keys.Length); i++)
        {
            var order = comparer.Compare(x.Keys.ElementAtOrDefault(i), y.Keys.ElementAtOrDefault(i));
            if (order != 0)
            {
                return descending.Length > 0 && descending[Math.Min(i, descending.Length - 1)] ? -order : order;
            }
        }

        return 0;
    }

    // A type may name the properties it goes by.
    private static object?[] Default(PSObject item) =>
        (item.Members["PSStandardMembers"] as PSMemberSet)?.Members["DefaultKeyPropertySet"] is PSPropertySet keys
            ? [.. keys.ReferencedPropertyNames.Select(name => item.Properties[name]?.Value)]
            : [item];
}
