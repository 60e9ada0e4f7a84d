using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>Writes a value in a failure message much as a script would write it.</summary>
internal static class Show
{
    private const int Limit = 10;

    public static string Value(object? value)
    {
        var inner = value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
        return inner switch
        {
            null => "$null",
            bool flag => flag ? "$true" : "$false",
            "" => "<empty>",
            string text => $"'{text}'",
            DateTime time => time.ToString("o", CultureInfo.InvariantCulture),
            Type type => $"[{Text(type)}]",
            ScriptBlock script => $"{{{script}}}",
            IDictionary => Text(inner),
            ICollection items => Collection(items),
            _ => Text(value),
        };
    }

    public static string Text(object? value) => LanguagePrimitives.ConvertTo<string>(value) ?? "";

    private static string Collection(ICollection items)
    {
        var shown = items.Cast<object?>().Take(Limit).Select(Value);
        var rest = items.Count > Limit ? $", ...{items.Count - Limit} more" : "";
        return $"@({string.Join(", ", shown)}{rest})";
    }
}
