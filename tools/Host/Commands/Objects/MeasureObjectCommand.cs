using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsDiagnostic.Measure, "Object", DefaultParameterSetName = "GenericMeasure")]
[OutputType(typeof(GenericMeasureInfo), typeof(TextMeasureInfo), typeof(GenericObjectMeasureInfo))]
public sealed class MeasureObjectCommand : PSCmdlet
{
    private readonly Measure _whole = new();
    private readonly Dictionary<string, Measure> _measures = new(StringComparer.OrdinalIgnoreCase);

    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0)]
    public PSPropertyExpression[]? Property { get; set; }

    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter StandardDeviation { get; set; }

    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Sum { get; set; }

    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter AllStats { get; set; }

    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Average { get; set; }

    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Maximum { get; set; }

    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Minimum { get; set; }

    [Parameter(ParameterSetName = "TextMeasure")]
    public SwitchParameter Line { get; set; }

    [Parameter(ParameterSetName = "TextMeasure")]
    public SwitchParameter Word { get; set; }

    [Parameter(ParameterSetName = "TextMeasure")]
    public SwitchParameter Character { get; set; }

    [Parameter(ParameterSetName = "TextMeasure")]
    public SwitchParameter IgnoreWhiteSpace { get; set; }

    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        if (Property is not { Length: > 0 })
        {
            Add(_whole, InputObject);
            return;
        }

        foreach (var expression in Property.SelectMany(one => one.ResolveNames(InputObject)))
        {
            foreach (var result in expression.GetValues(InputObject).Where(result => result.Exception is null))
            {
                var name = result.ResolvedExpression.ToString();
                if (!_measures.TryGetValue(name, out var measure))
                {
                    _measures.Add(name, measure = new Measure());
                }

                if (result.Result is not null)
                {
                    Add(measure, result.Result);
                }
            }
        }
    }

    protected override void EndProcessing()
    {
        if (Property is not { Length: > 0 })
        {
            Write(null, _whole);
            return;
        }

        foreach (var (name, measure) in _measures)
        {
            Write(name, measure);
        }
    }

    private void Add(Measure measure, object value)
    {
        measure.Add(value);
        var plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (ParameterSetName == "TextMeasure")
        {
            measure.AddText(value.ToString() ?? "", IgnoreWhiteSpace);
            return;
        }

        if (Maximum || Minimum || AllStats)
        {
            measure.AddOrdered(plain);
        }

        if (!(Sum || Average || StandardDeviation || AllStats))
        {
            return;
        }

        if (LanguagePrimitives.TryConvertTo<double>(plain, out var number))
        {
            measure.AddNumber(number);
        }
        else
        {
            WriteError(new ErrorRecord(new PSInvalidOperationException($"Input object \"{value}\" is not numeric."),
                "NonNumericInputObject", ErrorCategory.InvalidType, value));
        }
    }

    private void Write(string? name, Measure measure) => WriteObject(ParameterSetName == "TextMeasure"
        ? new TextMeasureInfo
        {
            Property = name,
            Lines = Line ? measure.Lines : null,
            Words = Word ? measure.Words : null,
            Characters = Character ? measure.Characters : null,
        }
        : measure.ToInfo(name, Sum || AllStats, Average || AllStats, StandardDeviation || AllStats, Maximum || AllStats, Minimum
            || AllStats));
}
