using System.Management.Automation;
using System.Text;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.Import, "Csv", DefaultParameterSetName = "Path")]
public sealed class ImportCsvCommand : PSCmdlet
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Path", ValueFromPipeline = true)]
    public string[]? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[]? LiteralPath { get; set; }

    [Parameter(Position = 1)]
    public char Delimiter { get; set; } = ',';

    [Parameter]
    public string[]? Header { get; set; }

    [Parameter]
    [TextEncoding]
    public Encoding Encoding { get; set; } = TextEncodingAttribute.Default;

    protected override void ProcessRecord()
    {
        foreach (var file in (LiteralPath ?? Path)!.SelectMany(path => this.ResolveForReading(path, LiteralPath is not null)))
        {
            try
            {
                using var reader = new StreamReader(file, Encoding);
                WriteObject(new CsvRows(Delimiter, Header).Read(reader), enumerateCollection: true);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                ThrowTerminatingError(new ErrorRecord(exception, "FileOpenFailure", ErrorCategory.OpenError, file));
            }
        }
    }
}
