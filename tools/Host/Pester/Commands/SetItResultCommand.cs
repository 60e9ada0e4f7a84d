using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>Set-ItResult: ends the running test as skipped or inconclusive.</summary>
[Cmdlet(VerbsCommon.Set, "ItResult")]
public sealed class SetItResultCommand : PSCmdlet
{
    [Parameter(ParameterSetName = "Inconclusive")]
    public SwitchParameter Inconclusive { get; set; }

    [Parameter(ParameterSetName = "Skipped")]
    public SwitchParameter Skipped { get; set; }

    [Parameter]
    public string Because { get; set; } = "";

    protected override void EndProcessing()
    {
        var (id, text) = ParameterSetName == "Skipped" ? (ItResult.Skipped, "is skipped") : (ItResult.Inconclusive, "is inconclusive");
        var because = Message.Because(Because);
        AssertionError.Throw(this, AssertionError.Create(this, id, because.Length > 0 ? $"{text},{because.TrimEnd(',')}" : text));
    }
}
