using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Join, "String", DefaultParameterSetName = "default")]
[OutputType(typeof(string))]
public sealed class JoinStringCommand : PSCmdlet
{
    private readonly List<string> _parts = [];

    [Parameter(Position = 0)]
    public PSPropertyExpression? Property { get; set; }

    [Parameter(Position = 1)]
    [AllowEmptyString]
    public string Separator { get; set; } = "";

    [Parameter]
    [Alias("op")]
    public string OutputPrefix { get; set; } = "";

    [Parameter]
    [Alias("os")]
    public string OutputSuffix { get; set; } = "";

    [Parameter(ParameterSetName = "SingleQuote")]
    public SwitchParameter SingleQuote { get; set; }

    [Parameter(ParameterSetName = "DoubleQuote")]
    public SwitchParameter DoubleQuote { get; set; }

    [Parameter(ParameterSetName = "Format")]
    public string? FormatString { get; set; }

    [Parameter(ValueFromPipeline = true)]
    public PSObject[]? InputObject { get; set; }

    protected override void ProcessRecord()
    {
        foreach (var item in InputObject ?? [])
        {
            var value = Property is null ? item : Property.GetValues(item).FirstOrDefault()?.Result;
            if (value is null)
            {
                continue;
            }

            var text = LanguagePrimitives.ConvertTo<string>(value);
            _parts.Add(SingleQuote ? $"'{text}'" : DoubleQuote ? $"\"{text}\"" : FormatString is null ? text
                : string.Format(null, FormatString, value));
        }
    }

    protected override void EndProcessing() => WriteObject(OutputPrefix + string.Join(Separator, _parts) + OutputSuffix);
}
