using System.Collections;

namespace Microsoft.PowerShell.Commands;

/// <summary>A group that only counts.</summary>
public sealed class GroupInfoNoElement : GroupInfo
{
    internal GroupInfoNoElement(ArrayList values, string name)
        : base(values, name)
    {
    }
}
