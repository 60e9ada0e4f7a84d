using System.Globalization;
using System.Net;

namespace LxcPS.Commands;

/// <summary>What the table views show of typed values. Called from LxcPS.Format.ps1xml.</summary>
public static class View
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>A number of bytes with a unit of 1024: <c>12.3 MiB</c>; nothing for null.</summary>
    public static string Size(long? bytes)
    {
        if (bytes is not { } value)
        {
            return string.Empty;
        }

        double number = value;
        int unit = 0;
        while (number >= 1024 && unit < Units.Length - 1)
        {
            number /= 1024;
            unit++;
        }

        return number.ToString(unit == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>A processor time: <c>0.25s</c>, <c>3m05s</c>, <c>2h05m</c>; nothing for null.</summary>
    public static string Time(TimeSpan? time) => time switch
    {
        null => string.Empty,
        { TotalMinutes: < 1 } => time.Value.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) + "s",
        { TotalHours: < 1 } => $"{time.Value.Minutes}m{time.Value.Seconds:00}s",
        _ => $"{(long)time.Value.TotalHours}h{time.Value.Minutes:00}m",
    };

    /// <summary>The first address, and how many more there are.</summary>
    public static string Addresses(IPAddress[]? addresses) => addresses is null or { Length: 0 } ? string.Empty
        : addresses.Length == 1 ? addresses[0].ToString() : $"{addresses[0]} (+{addresses.Length - 1})";

    /// <summary>A line of a file: <c>config:12</c>; the line alone where there is no file to name.</summary>
    public static string Place(string? file, int line) =>
        string.IsNullOrEmpty(file) ? line.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}:{line}");

    /// <summary>A limit: the number, or <c>-</c> where there is none.</summary>
    public static string Limit(object? value) => value is null ? "-" : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    /// <summary>A limit of bytes: the size, or <c>-</c> where there is none.</summary>
    public static string SizeLimit(long? bytes) => bytes is null ? "-" : Size(bytes);
}
