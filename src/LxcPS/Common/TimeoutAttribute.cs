using System.Globalization;
using System.Management.Automation;

namespace LxcPS.Commands;

/// <summary>Takes a time as TimeSpan or as a number of seconds, as PowerShell's own -Timeout parameters do.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TimeoutAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        TimeSpan time = value switch
        {
            TimeSpan span => span,
            string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds) => FromSeconds(seconds),
            string text => LanguagePrimitives.ConvertTo<TimeSpan>(text),
            _ => FromSeconds(LanguagePrimitives.ConvertTo<double>(value)),
        };
        return time >= TimeSpan.Zero ? time : throw new ArgumentTransformationMetadataException("A time must not be negative");
    }

    /// <summary>The time in milliseconds as waits take it.</summary>
    internal static int Milliseconds(TimeSpan time) => (int)Math.Min(int.MaxValue, Math.Ceiling(time.TotalMilliseconds));

    private static TimeSpan FromSeconds(double seconds) =>
        seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;
}
