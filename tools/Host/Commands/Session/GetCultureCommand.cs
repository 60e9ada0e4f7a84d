using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Get, "Culture")]
[OutputType(typeof(CultureInfo))]
public sealed class GetCultureCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true)]
    public string[]? Name { get; set; }

    protected override void ProcessRecord() =>
        WriteObject(Name is null ? [Host.CurrentCulture] : Name.Select(CultureInfo.GetCultureInfo).ToArray(), enumerateCollection: true);
}
