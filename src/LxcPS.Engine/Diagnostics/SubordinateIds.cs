namespace LxcPS.Engine.Diagnostics;

/// <summary>A range of ids that a user may map.</summary>
/// <param name="First">The first id.</param>
/// <param name="Count">How many.</param>
public readonly record struct SubordinateRange(uint First, uint Count);

/// <summary>The tables of subordinate ids; see subuid(5).</summary>
public static class SubordinateIds
{
    /// <summary>The ranges of a user in the text of /etc/subuid or /etc/subgid: lines <c>user:first:count</c>, by name or by number.</summary>
    public static IReadOnlyList<SubordinateRange> Parse(string text, string userName, uint userId)
    {
        List<SubordinateRange> ranges = [];
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(':');
            if (fields.Length == 3 && (fields[0] == userName || fields[0] == userId.ToString())
                && uint.TryParse(fields[1], out uint first) && uint.TryParse(fields[2], out uint count) && count > 0)
            {
                ranges.Add(new SubordinateRange(first, count));
            }
        }

        return ranges;
    }

    /// <summary>The length of the longest range.</summary>
    internal static uint Longest(IReadOnlyList<SubordinateRange> ranges)
    {
        uint longest = 0;
        foreach (SubordinateRange range in ranges)
        {
            longest = Math.Max(longest, range.Count);
        }

        return longest;
    }
}
