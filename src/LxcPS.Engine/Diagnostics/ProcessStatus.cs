using System.Globalization;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Fields of /proc/self/status; see proc_pid_status(5).</summary>
internal static class ProcessStatus
{
    /// <summary>The value of a field, or null.</summary>
    internal static string? Field(string text, string name)
    {
        foreach (string line in text.Split('\n'))
        {
            if (line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.Ordinal))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }

        return null;
    }

    /// <summary>A mask of capabilities, a bit for each number; 0 where the field is missing.</summary>
    internal static ulong Mask(string text, string name) =>
        ulong.TryParse(Field(text, name), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong mask) ? mask : 0;
}
