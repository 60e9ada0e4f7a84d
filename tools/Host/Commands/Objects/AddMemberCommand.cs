using System.Collections;
using System.Management.Automation;
using System.Reflection;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Add, "Member", DefaultParameterSetName = "TypeNameSet")]
public sealed class AddMemberCommand : PSCmdlet
{
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = null!;

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "MemberSet")]
    [Alias("Type")]
    public PSMemberTypes MemberType { get; set; }

    [Parameter(Position = 1, Mandatory = true, ParameterSetName = "MemberSet")]
    public string Name { get; set; } = "";

    [Parameter(Position = 2, ParameterSetName = "MemberSet")]
    public object? Value { get; set; }

    [Parameter(Position = 3, ParameterSetName = "MemberSet")]
    public object? SecondValue { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "NotePropertySingleMemberSet")]
    [NotMemberType]
    public string? NotePropertyName { get; set; }

    [Parameter(Position = 1, Mandatory = true, ParameterSetName = "NotePropertySingleMemberSet")]
    [AllowNull]
    public object? NotePropertyValue { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "NotePropertyMultiMemberSet")]
    public IDictionary? NotePropertyMembers { get; set; }

    [Parameter(ParameterSetName = "TypeNameSet", Mandatory = true)]
    [Parameter(ParameterSetName = "MemberSet")]
    [Parameter(ParameterSetName = "NotePropertySingleMemberSet")]
    [Parameter(ParameterSetName = "NotePropertyMultiMemberSet")]
    public string? TypeName { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        if (!string.IsNullOrWhiteSpace(TypeName))
        {
            InputObject.TypeNames.Insert(0, LanguagePrimitives.TryConvertTo<Type>(TypeName, out var type) ? type.FullName! : TypeName);
        }

        if (NotePropertyName is not null)
        {
            Add(new PSNoteProperty(NotePropertyName, NotePropertyValue));
        }
        else if (NotePropertyMembers is not null)
        {
            foreach (DictionaryEntry entry in NotePropertyMembers)
            {
                Add(new PSNoteProperty(LanguagePrimitives.ConvertTo<string>(entry.Key), entry.Value));
            }
        }
        else if (ParameterSetName == "MemberSet")
        {
            Add(MakeMember());
        }

        if (PassThru)
        {
            WriteObject(InputObject);
        }
    }

    private PSMemberInfo MakeMember() => MemberType switch
    {
        PSMemberTypes.NoteProperty => new PSNoteProperty(Name, Value),
        PSMemberTypes.ScriptProperty => new PSScriptProperty(Name, As<ScriptBlock>(Value), As<ScriptBlock>(SecondValue)),
        PSMemberTypes.ScriptMethod => new PSScriptMethod(Name, As<ScriptBlock>(Value)),
        PSMemberTypes.AliasProperty when SecondValue is null => new PSAliasProperty(Name, As<string>(Value)),
        PSMemberTypes.AliasProperty => new PSAliasProperty(Name, As<string>(Value), As<Type>(SecondValue)),
        PSMemberTypes.CodeProperty => new PSCodeProperty(Name, As<MethodInfo>(Value), As<MethodInfo>(SecondValue)),
        PSMemberTypes.CodeMethod => new PSCodeMethod(Name, As<MethodInfo>(Value)),
        PSMemberTypes.PropertySet => new PSPropertySet(Name, As<string[]>(Value)),
        PSMemberTypes.MemberSet => new PSMemberSet(Name),
        _ => throw new PSArgumentException($"Cannot add a member with type \"{MemberType}\". Specify a different type for the "
            + "MemberTypes parameter."),
    };

    private void Add(PSMemberInfo member)
    {
        if (InputObject.Members[member.Name] is { } known)
        {
            if (!Force)
            {
                WriteError(new ErrorRecord(
                    new InvalidOperationException($"Cannot add a member with the name \"{member.Name}\" because a member with that "
                        + "name already exists. "
                        + "To overwrite the member anyway, add the Force parameter to your command."),
                    "MemberAlreadyExists", ErrorCategory.InvalidOperation, InputObject));
                return;
            }

            if (known.IsInstance)
            {
                InputObject.Members.Remove(member.Name);
            }
        }

        InputObject.Members.Add(member);
    }

    private static T? As<T>(object? value) => value is null ? default : LanguagePrimitives.ConvertTo<T>(value);
}
