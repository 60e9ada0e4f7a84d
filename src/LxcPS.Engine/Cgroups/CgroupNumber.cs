using System.Globalization;

namespace LxcPS.Engine.Cgroups;

/// <summary>Numbers as cgroup files have them.</summary>
internal static class CgroupNumber
{
    /// <summary>Stands for no limit, as in v1.</summary>
    internal const long Unlimited = -1;

    /// <summary>v1 shows the largest multiple of a page instead of saying that there is no limit; pages have 4 to 64 KiB.</summary>
    internal const long UnlimitedFrom = long.MaxValue - 0xFFFF;

    /// <summary>
    /// Reads a size in bytes: a number with an optional suffix of the kernel's (K, M, G, T, P, E: powers of 1024); <c>max</c>, <c>-1</c>
    /// and v1's largest number are <see cref="Unlimited"/>.
    /// </summary>
    internal static bool TrySize(string text, out long bytes)
    {
        text = text.Trim();
        bytes = Unlimited;
        if (text is "max" or "-1")
        {
            return true;
        }

        int shift = text.Length == 0 ? 0 : char.ToUpperInvariant(text[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, 'P' => 50, 'E' => 60, _ => 0 };
        if (!ulong.TryParse(shift == 0 ? text : text[..^1], NumberStyles.None, null, out ulong number))
        {
            return false;
        }

        if (number <= (ulong)UnlimitedFrom >> shift)
        {
            bytes = (long)(number << shift);
        }

        return true;
    }

    /// <summary>Reads a number; <c>max</c> and <c>-1</c> are <see cref="Unlimited"/>.</summary>
    internal static bool TryCount(string text, out long count)
    {
        text = text.Trim();
        count = Unlimited;
        return text is "max" or "-1" || long.TryParse(text, NumberStyles.None, null, out count);
    }
}
