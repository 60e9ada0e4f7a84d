using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.ConvertFrom, "Csv")]
public sealed class ConvertFromCsvCommand : PSCmdlet
{
    private readonly List<string> _lines = [];

    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string[] InputObject { get; set; } = [];

    [Parameter(Position = 1)]
    public char Delimiter { get; set; } = ',';

    [Parameter]
    public string[]? Header { get; set; }

    protected override void ProcessRecord() => _lines.AddRange(InputObject);

    // A field in quotes may go over several of the strings.
    protected override void EndProcessing() =>
        WriteObject(new CsvRows(Delimiter, Header).Read(new StringReader(string.Join('\n', _lines))), enumerateCollection: true);
}
