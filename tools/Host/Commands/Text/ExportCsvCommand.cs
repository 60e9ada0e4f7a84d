using System.Management.Automation;
using System.Text;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsData.Export, "Csv", SupportsShouldProcess = true)]
public sealed class ExportCsvCommand : CsvOutputCommand, IDisposable
{
    private StreamWriter? _writer;
    private string[]? _given;

    [Parameter(Position = 0)]
    public string? Path { get; set; }

    [Parameter]
    [Alias("PSPath", "LP")]
    public string? LiteralPath { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    [Parameter]
    [TextEncoding]
    public Encoding Encoding { get; set; } = TextEncodingAttribute.Default;

    [Parameter]
    public SwitchParameter Append { get; set; }

    private protected override string[]? GivenNames => _given;

    protected override void BeginProcessing()
    {
        base.BeginProcessing();
        var path = LiteralPath is not null ? GetUnresolvedProviderPathFromPSPath(LiteralPath)
            : Path is not null ? this.ResolveForWriting(Path)
            : throw new PSArgumentException("You must specify either the -Path or -LiteralPath parameters, but not both.");
        if (Append && File.Exists(path))
        {
            using var reader = new StreamReader(path, Encoding);
            _given = new Csv(Delimiter).Rows(reader)
                .FirstOrDefault(row => !row[0].StartsWith("#TYPE", StringComparison.Ordinal))?.ToArray();
        }

        _writer = ShouldProcess(path, "Export-Csv") ? this.OpenForWriting(path, Encoding, Append, NoClobber, Force) : StreamWriter.Null;
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _writer = null;
    }

    private protected override void WriteLine(string line) => _writer!.WriteLine(line);
}
