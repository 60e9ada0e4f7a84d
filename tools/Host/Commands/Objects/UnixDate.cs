using System.Globalization;
using System.Text;

namespace Microsoft.PowerShell.Commands;

/// <summary>Dates in the formats of date(1).</summary>
internal static class UnixDate
{
    public static string Format(DateTime date, string format)
    {
        var text = new StringBuilder();
        format = format.TrimStart('+');
        for (var i = 0; i < format.Length; i++)
        {
            text.Append(format[i] == '%' && i + 1 < format.Length ? Part(date, format[++i]) : format[i].ToString());
        }

        return text.ToString();
    }

    private static string Part(DateTime date, char part)
    {
        string Net(string format) => date.ToString(format, CultureInfo.CurrentCulture);
        return part switch
        {
            'A' => Net("dddd"),
            'a' => Net("ddd"),
            'B' => Net("MMMM"),
            'b' or 'h' => Net("MMM"),
            'C' => $"{date.Year / 100}",
            'c' => Net("ddd dd MMM yyyy HH:mm:ss"),
            'D' or 'x' => date.ToString("MM/dd/yy", CultureInfo.InvariantCulture),
            'd' => Net("dd"),
            'e' => $"{date.Day,2}",
            'F' => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            'H' => Net("HH"),
            'I' => Net("hh"),
            'j' => $"{date.DayOfYear:000}",
            'k' => $"{date.Hour,2}",
            'l' => $"{(date.Hour % 12 == 0 ? 12 : date.Hour % 12),2}",
            'M' => Net("mm"),
            'm' => Net("MM"),
            'n' => "\n",
            'p' => Net("tt"),
            'R' => date.ToString("HH:mm", CultureInfo.InvariantCulture),
            'r' => date.ToString("hh:mm:ss tt", CultureInfo.InvariantCulture),
            'S' => Net("ss"),
            's' => $"{new DateTimeOffset(date).ToUnixTimeSeconds()}",
            'T' or 'X' => date.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            't' => "\t",
            'u' => $"{(date.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)date.DayOfWeek)}",
            'V' => $"{ISOWeek.GetWeekOfYear(date):00}",
            'G' => $"{ISOWeek.GetYear(date)}",
            'w' => $"{(int)date.DayOfWeek}",
            'Y' => Net("yyyy"),
            'y' => Net("yy"),
            'Z' => Net("zz"),
            _ => part.ToString(),
        };
    }
}
