using System.Management.Automation;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

/// <summary>
/// Refuses the name of a kind of member, so that `Add-Member ScriptProperty Name { }` is not taken for a note of that name.
/// </summary>
internal sealed class NotMemberTypeAttribute : ValidateArgumentsAttribute
{
    protected override void Validate(object arguments, EngineIntrinsics engineIntrinsics)
    {
        if (arguments is not string { Length: > 0 } name || Enum.TryParse<PSMemberTypes>(name, ignoreCase: true, out _))
        {
            // Of the kind that makes the binder look at the next parameter set.
            throw (Exception)Internals.Create("System.Management.Automation.ValidationMetadataException",
                $"The parameter value \"{arguments}\" is the name of a kind of member.", true);
        }
    }
}
