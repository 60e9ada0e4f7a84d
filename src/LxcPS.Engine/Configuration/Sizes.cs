namespace LxcPS.Engine.Configuration;

/// <summary>Sizes in bytes as configurations write them.</summary>
public static class Sizes
{
    private const string Units = "KMGTPE";

    /// <summary>
    /// Reads a size: a number alone or with a unit B, KB, MB, GB, TB, PB, EB, also K or KiB and so on, in any case. A unit is a power of
    /// 1024, as LXC and PowerShell have it.
    /// </summary>
    /// <returns>Bytes.</returns>
    /// <exception cref="LxcException">ConfigInvalidValue.</exception>
    public static long Parse(string text) => TryParse(text, out long bytes) ? bytes
        : throw new LxcException(LxcErrorId.ConfigInvalidValue, $"'{DisplayText.Of(text)}' is not a size")
        {
            Advice = "Write a number of bytes, or a number with a unit such as 64KB, 512MB or 2GiB.",
        };

    /// <summary>Reads a size; false where the text is none or goes beyond 64 bits.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        ReadOnlySpan<char> rest = text.AsSpan().Trim(" \t");
        int digits = 0;
        while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
        {
            digits++;
        }

        if (!long.TryParse(rest[..digits], out long number) || !TryShift(rest[digits..].TrimStart(" \t"), out int shift)
            || number > long.MaxValue >> shift)
        {
            return false;
        }

        bytes = number << shift;
        return true;
    }

    private static bool TryShift(ReadOnlySpan<char> unit, out int shift)
    {
        shift = 0;
        if (unit.IsEmpty || unit is "B" or "b")
        {
            return true;
        }

        int power = Units.IndexOf(char.ToUpperInvariant(unit[0])) + 1;
        shift = power * 10;
        return power > 0 && unit[1..] is "" or "B" or "b" or "iB" or "ib" or "IB" or "i" or "I";
    }
}
