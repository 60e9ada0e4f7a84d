using System.Collections;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Get, "Error", DefaultParameterSetName = "Newest")]
public sealed class GetErrorCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = "Error")]
    public PSObject? InputObject { get; set; }

    [Parameter(ParameterSetName = "Newest")]
    [Alias("Last")]
    [ValidateRange(1, int.MaxValue)]
    public int Newest { get; set; } = 1;

    protected override void ProcessRecord()
    {
        var errors = InputObject is not null ? [InputObject]
            : ((ArrayList)SessionState.PSVariable.GetValue("global:Error")).Cast<object>().Take(Newest);
        foreach (var error in errors)
        {
            // The engine has a view that shows all of an error, by this name.
            var shown = new PSObject(error is PSObject wrapped ? wrapped.BaseObject : error);
            shown.TypeNames.Insert(0, shown.BaseObject is Exception ? "System.Exception#PSExtendedError"
                : "System.Management.Automation.ErrorRecord#PSExtendedError");
            shown.TypeNames.Remove("System.Management.Automation.ErrorRecord");
            shown.TypeNames.Remove("System.Exception");
            WriteObject(shown);
        }
    }
}
