using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Get, "Unique", DefaultParameterSetName = "AsString")]
public sealed class GetUniqueCommand : PSCmdlet
{
    private PSObject? _last;

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(ParameterSetName = "AsString")]
    public SwitchParameter AsString { get; set; }

    [Parameter(ParameterSetName = "UniqueByType")]
    public SwitchParameter OnType { get; set; }

    [Parameter]
    public SwitchParameter CaseInsensitive { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        var isSame = _last is not null && (OnType
            ? _last.TypeNames[0] == InputObject.TypeNames[0]
            : AsString || InputObject.BaseObject is string
                ? string.Equals(_last.ToString(), InputObject.ToString(),
                    CaseInsensitive ? StringComparison.CurrentCultureIgnoreCase : StringComparison.CurrentCulture)
                : new ValueComparer(caseSensitive: !CaseInsensitive).Compare(_last, InputObject) == 0);
        if (!isSame)
        {
            _last = InputObject;
            WriteObject(InputObject);
        }
    }
}
