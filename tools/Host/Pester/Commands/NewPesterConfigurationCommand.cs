using System.Collections;
using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>New-PesterConfiguration.</summary>
[Cmdlet(VerbsCommon.New, "PesterConfiguration")]
[OutputType(typeof(PesterConfiguration))]
public sealed class NewPesterConfigurationCommand : PSCmdlet
{
    [Parameter(Position = 0)]
    public IDictionary Hashtable { get; set; } = new Hashtable();

    protected override void EndProcessing() =>
        WriteObject(LanguagePrimitives.ConvertTo<PesterConfiguration>(new Hashtable(Hashtable)));
}
