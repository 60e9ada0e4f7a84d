using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Turns objects into lines of CSV.</summary>
public abstract class CsvOutputCommand : PSCmdlet
{
    private string[]? _names;
    private Csv _csv = null!;

    [Parameter(Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public PSObject? InputObject { get; set; }

    [Parameter]
    [ValidateNotNull]
    public char Delimiter { get; set; } = ',';

    [Parameter]
    public SwitchParameter UseCulture { get; set; }

    [Parameter]
    public SwitchParameter IncludeTypeInformation { get; set; }

    [Parameter]
    [Alias("NTI")]
    public SwitchParameter NoTypeInformation { get; set; } = true;

    [Parameter]
    [Alias("QF")]
    public string[]? QuoteFields { get; set; }

    [Parameter]
    [Alias("UQ")]
    public QuoteKind UseQuotes { get; set; } = QuoteKind.Always;

    [Parameter]
    public SwitchParameter NoHeader { get; set; }

    /// <summary>The columns of the file that is added to, if one is.</summary>
    private protected virtual string[]? GivenNames => null;

    protected override void BeginProcessing()
    {
        var delimiter = UseCulture ? System.Globalization.CultureInfo.CurrentCulture.TextInfo.ListSeparator[0] : Delimiter;
        _csv = new Csv(delimiter, UseQuotes, QuoteFields);
    }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        if (_names is null)
        {
            _names = GivenNames ?? Csv.Names(InputObject);
            if (IncludeTypeInformation && GivenNames is null)
            {
                WriteLine($"#TYPE {InputObject.TypeNames[0]}");
            }

            if (!NoHeader && GivenNames is null)
            {
                WriteLine(_csv.Header(_names));
            }
        }

        WriteLine(_csv.Row(InputObject, _names));
    }

    private protected abstract void WriteLine(string line);
}
