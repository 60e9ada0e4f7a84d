using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.ConvertTo, "Csv")]
[OutputType(typeof(string))]
public sealed class ConvertToCsvCommand : CsvOutputCommand
{
    private protected override void WriteLine(string line) => WriteObject(line);
}
