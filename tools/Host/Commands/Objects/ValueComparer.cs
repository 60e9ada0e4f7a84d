using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>PowerShell's order of any two values: as themselves if they compare, else as text; nothing comes first.</summary>
internal sealed class ValueComparer(bool caseSensitive = false, CultureInfo? culture = null) : IComparer<object?>
{
    private readonly CultureInfo _culture = culture ?? CultureInfo.CurrentCulture;

    public int Compare(object? x, object? y)
    {
        x = Unwrap(x);
        y = Unwrap(y);
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        if (x is not string && y is not string && (x is IComparable || y is IComparable)
            && LanguagePrimitives.TryCompare(x, y, !caseSensitive, _culture, out var order))
        {
            return order;
        }

        return string.Compare(ToText(x), ToText(y), _culture, caseSensitive ? CompareOptions.None : CompareOptions.IgnoreCase);
    }

    private string ToText(object value) => PSObject.AsPSObject(value).ToString(null, _culture);

    private static object? Unwrap(object? value) =>
        value is PSObject wrapped ? (wrapped.BaseObject is PSCustomObject ? wrapped : wrapped.BaseObject) : value;
}
