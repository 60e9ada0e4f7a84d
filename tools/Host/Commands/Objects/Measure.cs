using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>The running measures of one property.</summary>
internal sealed class Measure
{
    private double _sum;
    private double _mean;
    private double _deviations;
    private object? _maximum;
    private object? _minimum;
    private bool _isNumeric = true;

    public int Count { get; private set; }
    public int Lines { get; private set; }
    public int Words { get; private set; }
    public int Characters { get; private set; }

    public void Add(object? value) => Count++;

    public void AddNumber(double number)
    {
        _sum += number;
        // Welford's way: one pass and no cancellation.
        var delta = number - _mean;
        _mean += delta / Count;
        _deviations += delta * (number - _mean);
    }

    public void AddOrdered(object value)
    {
        var comparer = new ValueComparer();
        _isNumeric &= LanguagePrimitives.TryConvertTo<double>(value, out _);
        _maximum = _maximum is null || comparer.Compare(value, _maximum) > 0 ? value : _maximum;
        _minimum = _minimum is null || comparer.Compare(value, _minimum) < 0 ? value : _minimum;
    }

    public void AddText(string text, bool ignoreWhiteSpace)
    {
        Lines += text.Length == 0 ? 0 : text.Count(c => c == '\n') + (text.EndsWith('\n') ? 0 : 1);
        Words += text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
        Characters += ignoreWhiteSpace ? text.Count(c => !char.IsWhiteSpace(c)) : text.Length;
    }

    public MeasureInfo ToInfo(string? property, bool sum, bool average, bool deviation, bool maximum, bool minimum)
    {
        double? Sum() => sum ? _sum : null;
        double? Average() => average && Count > 0 ? _sum / Count : null;
        double? Deviation() => deviation && Count > 0 ? Count > 1 ? Math.Sqrt(_deviations / (Count - 1)) : 0 : null;
        if (_isNumeric)
        {
            return new GenericMeasureInfo
            {
                Property = property, Count = Count, Sum = Sum(), Average = Average(), StandardDeviation = Deviation(),
                Maximum = maximum && _maximum is not null ? LanguagePrimitives.ConvertTo<double>(_maximum) : null,
                Minimum = minimum && _minimum is not null ? LanguagePrimitives.ConvertTo<double>(_minimum) : null,
            };
        }

        return new GenericObjectMeasureInfo
        {
            Property = property, Count = Count, Sum = Sum(), Average = Average(), StandardDeviation = Deviation(),
            Maximum = maximum ? _maximum : null, Minimum = minimum ? _minimum : null,
        };
    }
}
