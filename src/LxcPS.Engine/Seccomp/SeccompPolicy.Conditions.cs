using System.Globalization;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <content>Conditions on arguments.</content>
public sealed partial class SeccompPolicy
{
    /// <summary>SCMP_CMP_MASKED_EQ.</summary>
    internal const int MaskedEqual = 7;

    private ArgumentComparison[] ConditionsOf(string text, int number)
    {
        List<ArgumentComparison> conditions = [];
        while (text.Length > 0)
        {
            int end = text.IndexOf(']');
            if (text[0] != '[' || end < 0)
            {
                throw NoCondition(text, number);
            }

            conditions.Add(ConditionOf(text[..(end + 1)], number));
            text = text[(end + 1)..].TrimStart(' ', '\t', ',');
        }

        return conditions.Count <= 6 ? [.. conditions] : throw Wrong(number, "are more than six conditions");
    }

    private ArgumentComparison ConditionOf(string text, int number)
    {
        string[] fields = text[1..^1].Split(',', StringSplitOptions.TrimEntries);
        int comparison = fields.Length is 3 or 4 ? OperatorOf(fields[2]) : 0;
        ulong mask = 0;
        if (comparison == 0 || !TryNumber(fields[0], out ulong index) || index > 5 || !TryNumber(fields[1], out ulong value)
            || (fields.Length == 4 && !TryNumber(fields[3], out mask)) || (comparison == MaskedEqual && fields.Length != 4))
        {
            throw NoCondition(text, number);
        }

        return comparison == MaskedEqual
            ? new ArgumentComparison((uint)index, comparison, mask, value)
            : new ArgumentComparison((uint)index, comparison, value, 0);
    }

    private LxcException NoCondition(string text, int number) =>
        Wrong(number, $"'{text}' is no condition on an argument; write [index,value,operator] or [index,value,SCMP_CMP_MASKED_EQ,mask]");

    private static int OperatorOf(string text) => text switch
    {
        "SCMP_CMP_NE" or "!=" => 1,
        "SCMP_CMP_LT" or "<" => 2,
        "SCMP_CMP_LE" or "<=" => 3,
        "SCMP_CMP_EQ" or "==" => 4,
        "SCMP_CMP_GE" or ">=" => 5,
        "SCMP_CMP_GT" or ">" => 6,
        "SCMP_CMP_MASKED_EQ" or "&=" => MaskedEqual,
        _ => 0,
    };

    // Decimal, or hexadecimal after 0x, or octal after 0: strtoull(3) with base 0.
    private static bool TryNumber(string text, out ulong number)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
        }

        if (text.Length < 2 || text[0] != '0')
        {
            return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        }

        number = 0;
        foreach (char digit in text)
        {
            if (digit is < '0' or > '7' || number >> 61 != 0)
            {
                return false;
            }

            number = (number << 3) | (uint)(digit - '0');
        }

        return true;
    }
}
