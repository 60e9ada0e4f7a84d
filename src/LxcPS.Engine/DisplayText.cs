using System.Text;

namespace LxcPS.Engine;

/// <summary>Text from outside as a message may show it.</summary>
internal static class DisplayText
{
    private const int MaximumLength = 256;

    /// <summary>The text with control characters and what could reorder the line written as escapes, cut to a length that a message bears.</summary>
    internal static string Of(string text)
    {
        StringBuilder shown = new(text.Length);
        foreach (char c in text)
        {
            if (shown.Length >= MaximumLength)
            {
                return shown.Append("...").ToString();
            }

            switch (c)
            {
                case '\n': shown.Append("\\n"); break;
                case '\r': shown.Append("\\r"); break;
                case '\t': shown.Append("\\t"); break;
                default:
                    // U+202A to U+202E and U+2066 to U+2069 turn the direction of what follows.
                    if (char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'))
                    {
                        shown.Append($"\\u{(int)c:x4}");
                    }
                    else
                    {
                        shown.Append(c);
                    }

                    break;
            }
        }

        return shown.ToString();
    }
}
