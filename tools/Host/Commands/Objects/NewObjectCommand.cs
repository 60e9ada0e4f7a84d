using System.Collections;
using System.Management.Automation;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.New, "Object")]
public sealed class NewObjectCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true)]
    public string TypeName { get; set; } = "";

    [Parameter(Position = 1)]
    [Alias("Args")]
    public object?[] ArgumentList { get; set; } = [];

    [Parameter]
    public IDictionary? Property { get; set; }

    protected override void BeginProcessing()
    {
        if (!LanguagePrimitives.TryConvertTo<Type>(TypeName, out var type))
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException($"Cannot find type [{TypeName}]: verify that the assembly containing this type is loaded."),
                "TypeNotFound", ErrorCategory.InvalidType, TypeName));
        }

        object? made = null;
        try
        {
            made = Create(type!);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            var error = exception is MethodException { InnerException: { } inner } ? inner : exception;
            ThrowTerminatingError(new ErrorRecord(error, "ConstructorInvokedThrowException,Microsoft.PowerShell.Commands.NewObjectCommand",
                ErrorCategory.InvalidOperation, null));
        }

        if (Property is not null)
        {
            made = Fill(PSObject.AsPSObject(made));
        }

        WriteObject(made);
    }

    // The overload is chosen as the language chooses it.
    private object? Create(Type type) =>
        type == typeof(PSObject) && ArgumentList.Length == 0 ? new PSObject()
        : type == typeof(PSCustomObject) ? new PSObject()
        : ArgumentList.Length == 0 && type.IsValueType ? Activator.CreateInstance(type)
        : Internals.CallStatic("System.Management.Automation.DotNetAdapter", "ConstructorInvokeDotNet", type, type.GetConstructors(),
            ArgumentList);

    private PSObject Fill(PSObject made)
    {
        foreach (DictionaryEntry entry in Property!)
        {
            var name = LanguagePrimitives.ConvertTo<string>(entry.Key);
            switch (made.Members[name])
            {
                case PSPropertyInfo property:
                    property.Value = entry.Value;
                    break;
                case PSMethodInfo method:
                    method.Invoke(entry.Value);
                    break;
                default:
                    if (made.BaseObject is PSCustomObject)
                    {
                        made.Properties.Add(new PSNoteProperty(name, entry.Value));
                    }
                    else
                    {
                        WriteError(new ErrorRecord(new PSArgumentException($"The member \"{name}\" was not found for the specified "
                            + ".NET object."),
                            "InvalidOperationException", ErrorCategory.InvalidOperation, name));
                    }

                    break;
            }
        }

        return made;
    }
}
