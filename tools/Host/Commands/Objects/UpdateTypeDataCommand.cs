using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.Update, "TypeData", SupportsShouldProcess = true, DefaultParameterSetName = "FileSet")]
public sealed class UpdateTypeDataCommand : PSCmdlet
{
    [Parameter(Position = 0, ParameterSetName = "FileSet", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "Path")]
    public string[] AppendPath { get; set; } = [];

    [Parameter(ParameterSetName = "FileSet")]
    public string[] PrependPath { get; set; } = [];

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "TypeDataSet", ValueFromPipeline = true)]
    public TypeData[]? TypeData { get; set; }

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "DynamicTypeSet", ValueFromPipelineByPropertyName = true)]
    public string? TypeName { get; set; }

    [Parameter(ParameterSetName = "DynamicTypeSet")]
    public PSMemberTypes MemberType { get; set; }

    [Parameter(ParameterSetName = "DynamicTypeSet")]
    public string? MemberName { get; set; }

    [Parameter(ParameterSetName = "DynamicTypeSet")]
    public object? Value { get; set; }

    [Parameter(ParameterSetName = "DynamicTypeSet")]
    public object? SecondValue { get; set; }

    [Parameter(ParameterSetName = "DynamicTypeSet")]
    public string? DefaultDisplayProperty { get; set; }

    [Parameter(ParameterSetName = "DynamicTypeSet")]
    public string[]? DefaultDisplayPropertySet { get; set; }

    [Parameter(ParameterSetName = "DynamicTypeSet")]
    public string[]? DefaultKeyPropertySet { get; set; }

    [Parameter(ParameterSetName = "DynamicTypeSet")]
    public int SerializationDepth { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void ProcessRecord()
    {
        if (ParameterSetName == "FileSet")
        {
            UpdateFiles();
            return;
        }

        var table = Internals.Get(Internals.Get(this, "Context")!, "TypeTable")!;
        foreach (var data in TypeData ?? [MakeTypeData()])
        {
            if (!ShouldProcess(data.TypeName, "Update TypeData"))
            {
                continue;
            }

            data.IsOverride = Force;
            var errors = new ConcurrentBag<string>();
            Internals.Call(table, "Update", data, errors, false);
            Internals.Call(table, "ClearConsolidatedMembers");
            foreach (var text in errors)
            {
                WriteError(new ErrorRecord(new InvalidOperationException(text), "TypesDynamicUpdateException",
                    ErrorCategory.InvalidOperation, null));
            }
        }
    }

    private void UpdateFiles()
    {
        var context = Internals.Get(this, "Context")!;
        var state = (InitialSessionState)Internals.Get(context, "InitialSessionState")!;
        foreach (var file in AppendPath.Concat(PrependPath).SelectMany(path => this.ResolveForReading(path, isLiteral: false)))
        {
            if (ShouldProcess(file, "Update TypeData"))
            {
                state.Types.Add(new SessionStateTypeEntry(file));
            }
        }

        Internals.Call(state, "UpdateTypes", context, false);
    }

    private TypeData MakeTypeData()
    {
        var data = new TypeData(LanguagePrimitives.TryConvertTo<Type>(TypeName, out var type) ? type.FullName! : TypeName!)
        {
            DefaultDisplayProperty = DefaultDisplayProperty,
            DefaultDisplayPropertySet = DefaultDisplayPropertySet is null ? null : new PropertySetData(DefaultDisplayPropertySet),
            DefaultKeyPropertySet = DefaultKeyPropertySet is null ? null : new PropertySetData(DefaultKeyPropertySet),
        };
        if (MyInvocation.BoundParameters.ContainsKey(nameof(SerializationDepth)))
        {
            data.SerializationDepth = (uint)SerializationDepth;
        }

        if (MemberName is not null)
        {
            data.Members.Add(MemberName, MakeMember(MemberName));
        }

        return data;
    }

    private TypeMemberData MakeMember(string name) => MemberType switch
    {
        PSMemberTypes.NoteProperty => new NotePropertyData(name, Value),
        PSMemberTypes.ScriptProperty => new ScriptPropertyData(name, As<ScriptBlock>(Value), As<ScriptBlock>(SecondValue)),
        PSMemberTypes.ScriptMethod => new ScriptMethodData(name, As<ScriptBlock>(Value)),
        PSMemberTypes.AliasProperty => new AliasPropertyData(name, As<string>(Value)),
        PSMemberTypes.CodeProperty => new CodePropertyData(name, As<MethodInfo>(Value), As<MethodInfo>(SecondValue)),
        PSMemberTypes.CodeMethod => new CodeMethodData(name, As<MethodInfo>(Value)),
        _ => throw new PSArgumentException($"The member type \"{MemberType}\" cannot be added to a type."),
    };

    private static T? As<T>(object? value) => value is null ? default : LanguagePrimitives.ConvertTo<T>(value);
}
