using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Get, "Date", DefaultParameterSetName = "DateAndFormat")]
[OutputType(typeof(string), typeof(DateTime))]
public sealed class GetDateCommand : PSCmdlet
{
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LastWriteTime")]
    public DateTime? Date { get; set; }

    [Parameter]
    [Alias("UnixTime")]
    public long? UnixTimeSeconds { get; set; }

    [Parameter]
    [ValidateRange(1, 9999)]
    public int? Year { get; set; }

    [Parameter]
    [ValidateRange(1, 12)]
    public int? Month { get; set; }

    [Parameter]
    [ValidateRange(1, 31)]
    public int? Day { get; set; }

    [Parameter]
    [ValidateRange(0, 23)]
    public int? Hour { get; set; }

    [Parameter]
    [ValidateRange(0, 59)]
    public int? Minute { get; set; }

    [Parameter]
    [ValidateRange(0, 59)]
    public int? Second { get; set; }

    [Parameter]
    [ValidateRange(0, 999)]
    public int? Millisecond { get; set; }

    [Parameter]
    public DisplayHintType DisplayHint { get; set; } = DisplayHintType.DateTime;

    [Parameter]
    [ArgumentCompletions("FileDate", "FileDateUniversal", "FileDateTime", "FileDateTimeUniversal")]
    public string? Format { get; set; }

    [Parameter]
    public string? UFormat { get; set; }

    [Parameter]
    public SwitchParameter AsUTC { get; set; }

    protected override void ProcessRecord()
    {
        var date = UnixTimeSeconds is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds).LocalDateTime : Date ?? DateTime.Now;
        date = date.AddYears((Year ?? date.Year) - date.Year).AddMonths((Month ?? date.Month) - date.Month)
            .AddDays((Day ?? date.Day) - date.Day)
            .AddHours((Hour ?? date.Hour) - date.Hour).AddMinutes((Minute ?? date.Minute) - date.Minute)
            .AddSeconds((Second ?? date.Second) - date.Second);
        if (Millisecond is { } milliseconds)
        {
            date = date.AddTicks(-(date.Ticks % TimeSpan.TicksPerSecond)).AddMilliseconds(milliseconds);
        }

        date = AsUTC ? date.ToUniversalTime() : date;
        if (UFormat is not null)
        {
            WriteObject(UnixDate.Format(date, UFormat));
        }
        else if (Format is not null)
        {
            WriteObject(ToText(date, Format));
        }
        else
        {
            // The engine's view of a date looks for this.
            var shown = new PSObject(date);
            shown.Properties.Add(new PSNoteProperty("DisplayHint", DisplayHint));
            WriteObject(shown);
        }
    }

    private static string ToText(DateTime date, string format) => format.ToUpperInvariant() switch
    {
        "FILEDATE" => date.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
        "FILEDATEUNIVERSAL" => date.ToUniversalTime().ToString("yyyyMMddZ", CultureInfo.InvariantCulture),
        "FILEDATETIME" => date.ToString("yyyyMMddTHHmmssffff", CultureInfo.InvariantCulture),
        "FILEDATETIMEUNIVERSAL" => date.ToUniversalTime().ToString("yyyyMMddTHHmmssffffZ", CultureInfo.InvariantCulture),
        _ => date.ToString(format, CultureInfo.CurrentCulture),
    };
}
