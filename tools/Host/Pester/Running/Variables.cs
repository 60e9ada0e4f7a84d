using System.Collections;
using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>The variables that the data of -ForEach become: $_ always, and one for each key of a dictionary.</summary>
internal static class Variables
{
    public static Hashtable Of(object? data)
    {
        var variables = new Hashtable(StringComparer.OrdinalIgnoreCase);
        if (data is null)
        {
            return variables;
        }

        variables["_"] = data;
        if ((data is PSObject wrapped ? wrapped.BaseObject : data) is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary)
            {
                variables[entry.Key.ToString()!] = entry.Value;
            }
        }

        return variables;
    }
}
