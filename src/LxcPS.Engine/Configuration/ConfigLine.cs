namespace LxcPS.Engine.Configuration;

/// <summary>One line of a configuration file, kept as it is; a setting's value can be replaced within it.</summary>
internal sealed class ConfigLine
{
    private int valueStart;
    private int valueEnd;
    private char quote;

    private ConfigLine(string text, string end)
    {
        Text = text;
        End = end;
        Read();
    }

    /// <summary>The line without what ends it.</summary>
    internal string Text { get; private set; }

    /// <summary>What ends it: a line feed, a carriage return or both; nothing at the end of the file.</summary>
    internal string End { get; set; }

    /// <summary>The key; null for a comment, a blank line, and a line that begins neither with <c>lxc.</c> nor with our own prefix.</summary>
    internal string? Key { get; private set; }

    /// <summary>The value, without blanks and quotes round it.</summary>
    internal string Value { get; private set; } = string.Empty;

    /// <summary>Whether it should be a setting and has no <c>=</c>.</summary>
    internal bool IsBroken { get; private set; }

    /// <summary>Cuts a text into lines. LXC ends a line at either character, so a file from another system reads the same.</summary>
    internal static List<ConfigLine> Split(string text)
    {
        List<ConfigLine> lines = [];
        int start = 0;
        while (start < text.Length)
        {
            int end = text.AsSpan(start).IndexOfAny('\n', '\r');
            end = end < 0 ? text.Length : start + end;
            int next = end == text.Length ? end : text.AsSpan(end).StartsWith("\r\n") ? end + 2 : end + 1;
            lines.Add(new ConfigLine(text[start..end], text[end..next]));
            start = next;
        }

        return lines;
    }

    /// <summary>A new line for a setting.</summary>
    internal static ConfigLine Of(string key, string value, string end) => new(value.Length == 0 ? $"{key} =" : $"{key} = {Quote(value)}", end);

    /// <summary>A new comment, of one line.</summary>
    internal static ConfigLine OfComment(string text, string end) => new("# " + DisplayText.Of(text), end);

    /// <summary>Puts another value in place of the old one; the rest of the line stays.</summary>
    internal void Replace(string value)
    {
        // A line "key =" has no blank for the value to stand behind.
        string gap = valueStart > 0 && Text[valueStart - 1] == '=' && valueStart == valueEnd && value.Length > 0 ? " " : string.Empty;
        Text = string.Concat(Text.AsSpan(0, valueStart), gap, quote == '\0' ? Quote(value) : $"{quote}{value}{quote}", Text.AsSpan(valueEnd));
        Read();
    }

    /// <summary>Puts another key in place of the old one; the rest of the line stays.</summary>
    internal void Rename(string key)
    {
        int start = Text.AsSpan().IndexOfAnyExcept(" \t");
        Text = string.Concat(Text.AsSpan(0, start), key, Text.AsSpan(start + Key!.Length));
        Read();
    }

    // Blanks at the ends, and a pair of quotes that belongs to the value, live through the reader only inside quotes.
    private static string Quote(string value) =>
        value.Length > 0 && (IsBlank(value[0]) || IsBlank(value[^1]) || (value.Length > 1 && value[0] is '"' or '\'' && value[^1] == value[0]))
            ? $"\"{value}\"" : value;

    private static bool IsBlank(char c) => c is ' ' or '\t';

    private void Read()
    {
        (Key, Value, IsBroken, quote) = (null, string.Empty, false, '\0');
        ReadOnlySpan<char> rest = Text.AsSpan().TrimStart(" \t");
        if (!rest.StartsWith("lxc.") && !rest.StartsWith(ConfigKeys.OwnPrefix))
        {
            return;
        }

        int equals = Text.IndexOf('=');
        if (equals < 0)
        {
            IsBroken = true;
            return;
        }

        Key = Text[..equals].Trim(' ', '\t');
        valueStart = equals + 1;
        while (valueStart < Text.Length && IsBlank(Text[valueStart]))
        {
            valueStart++;
        }

        valueEnd = Text.Length;
        while (valueEnd > valueStart && IsBlank(Text[valueEnd - 1]))
        {
            valueEnd--;
        }

        Value = Text[valueStart..valueEnd];
        if (Value.Length > 1 && Value[0] is '"' or '\'' && Value[^1] == Value[0])
        {
            (Value, quote) = (Value[1..^1], Value[0]);
        }
    }
}
