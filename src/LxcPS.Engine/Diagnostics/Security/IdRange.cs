using LxcPS.Engine.Configuration;

namespace LxcPS.Engine.Diagnostics;

/// <summary>A line of /proc/PID/uid_map; see user_namespaces(7).</summary>
/// <param name="Inside">The first id in the namespace.</param>
/// <param name="Host">The first id on the host.</param>
/// <param name="Count">How many.</param>
internal readonly record struct IdRange(uint Inside, uint Host, uint Count)
{
    /// <summary>The lines of a map.</summary>
    internal static IReadOnlyList<IdRange> Parse(string text)
    {
        List<IdRange> ranges = [];
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length == 3 && uint.TryParse(fields[0], out uint inside) && uint.TryParse(fields[1], out uint host) && uint.TryParse(fields[2], out uint count))
            {
                ranges.Add(new IdRange(inside, host, count));
            }
        }

        return ranges;
    }

    /// <summary>Whether two have an id of the host in common.</summary>
    internal bool Overlaps(IdRange other) => IdMaps.Overlap(Host, Count, other.Host, other.Count);

    /// <summary>Whether an id of the host is in it.</summary>
    internal bool Contains(uint id) => id >= Host && id - Host < Count;
}
