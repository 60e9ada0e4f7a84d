using System.Collections;
using System.Collections.Specialized;
using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using LxcPS.Host;
using Newtonsoft.Json;

namespace Microsoft.PowerShell.Commands;

/// <summary>Reads JSON into what scripts work with: objects or tables, arrays, and values of .NET types.</summary>
internal sealed class JsonText(bool asTables, int maxDepth, DateParseHandling dates)
{
    public object? Read(string text)
    {
        using var reader = new JsonTextReader(new StringReader(text)) { MaxDepth = maxDepth, DateParseHandling = dates };
        if (!reader.Read() || !SkipComments(reader))
        {
            return null;
        }

        var value = ReadValue(reader);
        while (reader.Read())
        {
            if (reader.TokenType != JsonToken.Comment)
            {
                throw new JsonReaderException($"Additional text encountered after finished reading JSON content: {reader.Value}. "
                    + $"Path '{reader.Path}', line {reader.LineNumber}, position {reader.LinePosition}.");
            }
        }

        return value;
    }

    private object? ReadValue(JsonTextReader reader) => reader.TokenType switch
    {
        JsonToken.StartObject => ReadObject(reader),
        JsonToken.StartArray => ReadArray(reader),
        JsonToken.Null or JsonToken.Undefined => null,
        JsonToken.Integer => reader.Value is BigInteger or long ? reader.Value
            : Convert.ToInt64(reader.Value, CultureInfo.InvariantCulture),
        _ => reader.Value,
    };

    private object ReadObject(JsonTextReader reader)
    {
        var names = new OrderedDictionary(StringComparer.Ordinal);
        while (ReadNext(reader) != JsonToken.EndObject)
        {
            if (reader.TokenType == JsonToken.Comment)
            {
                continue;
            }

            var name = (string)reader.Value!;
            reader.Read();
            SkipComments(reader);
            names[name] = ReadValue(reader);
        }

        if (asTables)
        {
            var table = (IDictionary)Internals.Create("System.Management.Automation.OrderedHashtable", names.Count);
            foreach (DictionaryEntry entry in names)
            {
                table[entry.Key] = entry.Value;
            }

            return table;
        }

        var result = new PSObject();
        foreach (DictionaryEntry entry in names)
        {
            var name = (string)entry.Key;
            if (name.Length == 0)
            {
                throw new InvalidOperationException("The provided JSON includes a property whose name is an empty string, "
                    + "this is only supported using the -AsHashTable switch.");
            }

            if (result.Properties[name] is { } clash)
            {
                throw new InvalidOperationException($"Cannot convert the JSON string because it contains keys with different casing. "
                    + "Please use the -AsHashTable switch instead. The key that was attempted to be added to the existing key "
                        + $"'{clash.Name}' was '{name}'.");
            }

            result.Properties.Add(new PSNoteProperty(name, entry.Value));
        }

        return result;
    }

    private object?[] ReadArray(JsonTextReader reader)
    {
        var items = new List<object?>();
        while (ReadNext(reader) != JsonToken.EndArray)
        {
            if (reader.TokenType != JsonToken.Comment)
            {
                items.Add(ReadValue(reader));
            }
        }

        return [.. items];
    }

    private static JsonToken ReadNext(JsonTextReader reader) => reader.Read()
        ? reader.TokenType
        : throw new JsonReaderException($"Unexpected end of content. Path '{reader.Path}', line {reader.LineNumber}, position "
            + $"{reader.LinePosition}.");

    private static bool SkipComments(JsonTextReader reader)
    {
        while (reader.TokenType == JsonToken.Comment)
        {
            if (!reader.Read())
            {
                return false;
            }
        }

        return true;
    }
}
