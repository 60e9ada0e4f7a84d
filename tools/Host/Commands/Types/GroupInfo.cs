using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>A group of objects; views and scripts know it by this name.</summary>
public class GroupInfo
{
    internal GroupInfo(ArrayList values, string name)
    {
        Values = values;
        Name = name;
    }

    public ArrayList Values { get; }
    public int Count { get; private set; }
    public Collection<PSObject> Group { get; } = [];
    public string Name { get; }

    internal void Add(PSObject item, bool keep)
    {
        Count++;
        if (keep)
        {
            Group.Add(item);
        }
    }
}
