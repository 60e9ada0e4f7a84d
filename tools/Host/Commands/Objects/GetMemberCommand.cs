using System.Management.Automation;
using System.Reflection;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Get, "Member")]
[OutputType(typeof(MemberDefinition))]
public sealed class GetMemberCommand : PSCmdlet
{
    private readonly HashSet<string> _seen = new(StringComparer.OrdinalIgnoreCase);
    private bool _hasInput;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public string[] Name { get; set; } = ["*"];

    [Parameter]
    [Alias("Type")]
    public PSMemberTypes MemberType { get; set; } = PSMemberTypes.All;

    [Parameter]
    public PSMemberViewTypes View { get; set; } = PSMemberViewTypes.Adapted | PSMemberViewTypes.Extended;

    [Parameter]
    public SwitchParameter Static { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        _hasInput = true;
        var type = Static && InputObject.BaseObject is Type given ? given : InputObject.BaseObject.GetType();
        var typeName = Static ? type.FullName! : InputObject.TypeNames.Count > 0 ? InputObject.TypeNames[0] : type.FullName!;
        if (!_seen.Add(typeName))
        {
            return;
        }

        var members = Static ? StaticMembers(type) : Members(InputObject);
        WriteObject(members
            .Where(member => Array.Exists(Name, name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch(member.Name)))
            .Where(member => (member.MemberType & MemberType) != 0)
            .DistinctBy(member => (member.Name.ToUpperInvariant(), member.MemberType))
            .OrderBy(member => member.MemberType.ToString(), StringComparer.Ordinal)
                .ThenBy(member => member.Name, StringComparer.OrdinalIgnoreCase)
            .Select(member => new MemberDefinition(typeName, member.Name, member.MemberType, member.ToString() ?? "")),
                enumerateCollection: true);
    }

    protected override void EndProcessing()
    {
        if (!_hasInput)
        {
            WriteError(new ErrorRecord(new InvalidOperationException("You must specify an object for the Get-Member cmdlet."),
                "NoObjectInGetMember", ErrorCategory.CloseError, null));
        }
    }

    // Accessors and operators are how the language works, not what one looks for.
    private IEnumerable<PSMemberInfo> Members(PSObject item) => item.Members.Match("*", MemberType).Where(member => Force
        || !(member is PSMethod
            && (member.Name.StartsWith("get_", StringComparison.Ordinal) || member.Name.StartsWith("set_", StringComparison.Ordinal)
            || member.Name.StartsWith("add_", StringComparison.Ordinal) || member.Name.StartsWith("remove_", StringComparison.Ordinal)
            || member.Name is ".ctor")));

    private static IEnumerable<PSMemberInfo> StaticMembers(Type type)
    {
        var adapter = Internals.Create("System.Management.Automation.DotNetAdapter", true);
        var members = (System.Collections.IEnumerable)Internals.CallGeneric(adapter, "BaseGetMembers", typeof(PSMemberInfo), type)!;
        return members.Cast<PSMemberInfo>();
    }
}
