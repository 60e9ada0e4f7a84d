using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>What Get-Member tells of a member; views and scripts know it by this name.</summary>
public sealed class MemberDefinition : object
{
    public MemberDefinition(string typeName, string name, PSMemberTypes memberType, string definition)
    {
        TypeName = typeName;
        Name = name;
        MemberType = memberType;
        Definition = definition;
    }

    public string TypeName { get; }
    public string Name { get; }
    public PSMemberTypes MemberType { get; }
    public string Definition { get; }

    public override string ToString() => Definition;
}
