using System.Management.Automation;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>Comma-separated values, both ways.</summary>
internal sealed class Csv(char delimiter, QuoteKind quotes = QuoteKind.Always, string[]? quoteFields = null)
{
    /// <summary>The names of the columns that such objects have.</summary>
    public static string[] Names(PSObject item) => item.BaseObject is System.Collections.IDictionary table
        ? [.. table.Keys.Cast<object>().Select(key => key.ToString()!)]
        : [.. item.Properties.Select(property => property.Name)];

    public string Header(string[] names) => string.Join(delimiter, names.Select(name => Quote(name, name)));

    public string Row(PSObject item, string[] names) => string.Join(delimiter, names.Select(name => Field(item, name)));

    /// <summary>The rows, each a list of fields; a field in quotes may go over lines.</summary>
    public IEnumerable<List<string>> Rows(TextReader reader)
    {
        while (reader.Peek() >= 0)
        {
            var row = ReadRow(reader);
            if (row.Count > 1 || row[0].Length > 0)
            {
                yield return row;
            }
        }
    }

    private string Field(PSObject item, string name)
    {
        var value = item.BaseObject is System.Collections.IDictionary table ? table[name] : item.Properties[name]?.Value;
        return value is null ? "" : Quote(LanguagePrimitives.ConvertTo<string>(value), name);
    }

    private string Quote(string value, string name)
    {
        var isQuoted = quoteFields is not null
            ? quoteFields.Contains(name, StringComparer.OrdinalIgnoreCase)
            : quotes == QuoteKind.Always || (quotes == QuoteKind.AsNeeded && value.AsSpan().IndexOfAny([delimiter, '"', '\n', '\r']) >= 0);
        return isQuoted ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }

    private List<string> ReadRow(TextReader reader)
    {
        var row = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        var wasQuoted = false;
        while (true)
        {
            var next = reader.Read();
            if (next < 0)
            {
                break;
            }

            var c = (char)next;
            if (isQuoted)
            {
                if (c != '"')
                {
                    field.Append(c);
                }
                else if (reader.Peek() == '"')
                {
                    field.Append((char)reader.Read());
                }
                else
                {
                    isQuoted = false;
                }
            }
            else if (c == '"' && string.IsNullOrWhiteSpace(field.ToString()) && !wasQuoted)
            {
                field.Clear();
                isQuoted = wasQuoted = true;
            }
            else if (c == delimiter)
            {
                row.Add(field.ToString());
                field.Clear();
                wasQuoted = false;
            }
            else if (c is '\n' or '\r')
            {
                if (c == '\r' && reader.Peek() == '\n')
                {
                    reader.Read();
                }

                break;
            }
            else if (!wasQuoted && (field.Length > 0 || c != ' '))
            {
                field.Append(c);
            }
        }

        row.Add(field.ToString());
        return row;
    }
}
