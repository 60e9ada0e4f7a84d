using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Makes an object of each row of a CSV, its properties named by the first.</summary>
internal sealed class CsvRows(char delimiter, string[]? header)
{
    private string[]? _names = header;
    private string? _type;

    public IEnumerable<PSObject> Read(TextReader reader)
    {
        foreach (var row in new Csv(delimiter).Rows(reader))
        {
            if (_names is null)
            {
                if (row[0].StartsWith("#TYPE ", StringComparison.Ordinal))
                {
                    _type = row[0]["#TYPE ".Length..];
                }
                else if (!row[0].StartsWith('#'))
                {
                    _names = [.. row.Select((name, index) => name.Length > 0 ? name : $"H{index + 1}")];
                }

                continue;
            }

            var item = new PSObject();
            for (var i = 0; i < _names.Length; i++)
            {
                item.Properties.Add(new PSNoteProperty(_names[i], i < row.Count ? row[i] : null));
            }

            if (_type is not null)
            {
                item.TypeNames.Insert(0, "CSV:" + _type);
            }

            yield return item;
        }
    }
}
