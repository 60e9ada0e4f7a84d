using System.Globalization;
using System.Text;

namespace LxcPS.Host.Screen;

/// <summary>How many columns text takes on a terminal: escape sequences none, East Asian and emoji two.</summary>
internal static class CellWidth
{
    // Wide blocks: Hangul Jamo, CJK and Kana, Hangul, compatibility and full-width forms, emoji, CJK extensions.
    private static readonly (int First, int Last)[] Wide =
    [
        (0x1100, 0x115F), (0x2E80, 0x303E), (0x3041, 0xA4CF), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE10, 0xFE19),
        (0xFE30, 0xFE6F), (0xFF00, 0xFF60), (0xFFE0, 0xFFE6), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF),
            (0x20000, 0x3FFFD),
    ];

    public static int Of(Rune rune)
    {
        if (rune.Value < 0x7F)
        {
            return rune.Value < ' ' ? 0 : 1;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.Control => 0,
            _ => Array.Exists(Wide, block => rune.Value >= block.First && rune.Value <= block.Last) ? 2 : 1,
        };
    }

    public static int Of(ReadOnlySpan<char> text)
    {
        var width = 0;
        while (!text.IsEmpty)
        {
            var skip = EscapeLength(text);
            if (skip == 0)
            {
                Rune.DecodeFromUtf16(text, out var rune, out skip);
                width += Of(rune);
            }

            text = text[skip..];
        }

        return width;
    }

    public static string StripEscapes(string text)
    {
        if (!text.Contains('\e', StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder();
        for (ReadOnlySpan<char> rest = text; !rest.IsEmpty;)
        {
            var skip = EscapeLength(rest);
            if (skip == 0)
            {
                plain.Append(rest[0]);
                skip = 1;
            }

            rest = rest[skip..];
        }

        return plain.ToString();
    }

    // The length of the escape sequence that the text starts with (CSI, or OSC to its end), else zero.
    private static int EscapeLength(ReadOnlySpan<char> text)
    {
        if (text.Length < 2 || text[0] != '\e' || text[1] is not ('[' or ']'))
        {
            return 0;
        }

        var end = text[1] == '[' ? text[2..].IndexOfAnyInRange('@', '~') : text[2..].IndexOfAny('\a', '\e');
        if (end < 0)
        {
            return text.Length;
        }

        var length = end + 3;
        // A string terminator is two characters long.
        return text[1] == ']' && text[length - 1] == '\e' && length < text.Length ? length + 1 : length;
    }
}
