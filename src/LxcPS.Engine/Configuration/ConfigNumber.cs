namespace LxcPS.Engine.Configuration;

/// <summary>Numbers as LXC reads them, which is as strtoul(3) does with base 0: decimal, 0x hexadecimal, 0 octal.</summary>
public static class ConfigNumber
{
    /// <summary>Reads a number without a sign.</summary>
    public static bool TryParse(string text, out ulong number)
    {
        ReadOnlySpan<char> digits = text.AsSpan().TrimStart(" \t");
        if (digits is ['+', ..])
        {
            digits = digits[1..];
        }

        uint radix = 10;
        if (digits is ['0', 'x' or 'X', _, ..])
        {
            digits = digits[2..];
            radix = 16;
        }
        else if (digits is ['0', _, ..])
        {
            digits = digits[1..];
            radix = 8;
        }

        number = 0;
        foreach (char c in digits)
        {
            uint digit = char.IsAsciiHexDigit(c) ? (uint)(char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10) : radix;
            if (digit >= radix || number > (ulong.MaxValue - digit) / radix)
            {
                return false;
            }

            number = (number * radix) + digit;
        }

        return digits.Length > 0;
    }

    /// <summary>Reads a number from 0 to <paramref name="maximum"/>.</summary>
    public static bool TryParse(string text, ulong maximum, out ulong number) => TryParse(text, out number) && number <= maximum;

    /// <summary>Reads a number that may begin with a minus.</summary>
    public static bool TryParseSigned(string text, out long number)
    {
        string digits = text.TrimStart(' ', '\t');
        bool negative = digits.StartsWith('-');
        number = 0;
        if ((negative && digits is not ['-', >= '0' and <= '9', ..])
            || !TryParse(negative ? digits[1..] : digits, negative ? 1UL << 63 : long.MaxValue, out ulong size))
        {
            return false;
        }

        number = negative ? unchecked(-(long)size) : (long)size;
        return true;
    }
}
