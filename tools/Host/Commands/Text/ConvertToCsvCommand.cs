using System.Management.Automation;

namespace LxcPS.Host.Commands;

[Cmdlet(VerbsData.ConvertTo, "Csv")]
[OutputType(typeof(string))]
public sealed class ConvertToCsvCommand : CsvOutputCommand
{
    private protected override void WriteLine(string line) => WriteObject(line);
}
