using System.Collections;
using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>A file or a script block to find tests in, and the values of its parameters.</summary>
public sealed class PesterContainer
{
    internal PesterContainer(object item, IDictionary? data)
    {
        Item = item;
        foreach (DictionaryEntry entry in data ?? new Hashtable())
        {
            Data[entry.Key] = entry.Value;
        }
    }

    public string Type => Item is ScriptBlock ? "ScriptBlock" : "File";
    /// <summary>A FileInfo or a ScriptBlock.</summary>
    public object Item { get; }
    public Hashtable Data { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal string Name => Item is FileInfo file ? file.FullName : "<ScriptBlock>";
    internal PesterContainer Copy() => new(Item, Data);
    public override string ToString() => Name;
}
