using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.New, "Guid")]
[OutputType(typeof(Guid))]
public sealed class NewGuidCommand : PSCmdlet
{
    [Parameter]
    public SwitchParameter Empty { get; set; }

    [Parameter(Position = 0, ValueFromPipeline = true)]
    public string? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            WriteObject(Empty ? Guid.Empty : Guid.NewGuid());
        }
        else if (Guid.TryParse(InputObject, out var guid))
        {
            WriteObject(guid);
        }
        else
        {
            WriteError(new ErrorRecord(new FormatException("Unrecognized Guid format."), "StringNotRecognizedAsGuid",
                ErrorCategory.InvalidArgument, InputObject));
        }
    }
}
