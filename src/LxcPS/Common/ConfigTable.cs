using System.Collections;
using System.Management.Automation;

namespace LxcPS.Commands;

/// <summary>Configuration keys as a hash table gives them.</summary>
internal static class ConfigTable
{
    /// <summary>Key and value pairs; an array gives a pair an element, a Boolean 1 or 0, null an empty value.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Pairs(IDictionary table)
    {
        foreach (DictionaryEntry entry in table)
        {
            string key = entry.Key.ToString()!;
            object? value = entry.Value is PSObject wrapped ? wrapped.BaseObject : entry.Value;
            if (value is IEnumerable list and not string)
            {
                foreach (object? element in list)
                {
                    yield return new(key, TextOf(element));
                }
            }
            else
            {
                yield return new(key, TextOf(value));
            }
        }
    }

    /// <summary>Values as a parameter gives them, each as the text that a configuration has.</summary>
    internal static IEnumerable<string> Texts(IEnumerable<object?>? values) => (values ?? []).Select(TextOf);

    private static string TextOf(object? value) => value switch
    {
        PSObject wrapped => TextOf(wrapped.BaseObject),
        bool flag => flag ? "1" : "0",
        SwitchParameter flag => flag ? "1" : "0",
        null => string.Empty,
        _ => LanguagePrimitives.ConvertTo<string>(value),
    };
}
