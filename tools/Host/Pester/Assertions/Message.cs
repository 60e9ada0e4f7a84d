using System.Text.RegularExpressions;

namespace LxcPS.Host.Pester;

/// <summary>The parts that failure messages share.</summary>
internal static partial class Message
{
    /// <summary>' because …,' or nothing; the caller's comma stands before it.</summary>
    public static string Because(string? because)
    {
        var reason = because?.Trim();
        return string.IsNullOrEmpty(reason) ? "" : $" because {Word().Replace(reason, "")},";
    }

    public static string And(IReadOnlyList<string> parts) => parts.Count < 2
        ? string.Concat(parts)
        : $"{string.Join(", ", parts.Take(parts.Count - 1))} and {parts[^1]}";

    [GeneratedRegex(@"^because\s+", RegexOptions.IgnoreCase)]
    private static partial Regex Word();
}
