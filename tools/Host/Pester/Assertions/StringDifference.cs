namespace LxcPS.Host.Pester;

/// <summary>Shows where two strings begin to differ.</summary>
internal static class StringDifference
{
    private const int Before = 60;
    private const int Width = 100;

    public static string Describe(string expected, string actual, bool exactly, string because)
    {
        var lengths = expected.Length == actual.Length
            ? $"Both have length {actual.Length}."
            : $"Expected length: {expected.Length}\nActual length:   {actual.Length}";
        var at = FirstDifference(expected, actual, exactly);
        var (left, right) = (Escape(expected), Escape(actual));
        var pointer = FirstDifference(left, right, exactly);
        // Long strings are cut to what surrounds the difference.
        var start = Math.Max(0, pointer - Before);
        return $"""
            Expected strings to be the same,{because} but they were different.
            {lengths}
            Strings differ at index {at}.
            Expected: '{Excerpt(left, start)}'
            But was:  '{Excerpt(right, start)}'
                       {new string('-', pointer - start + (start > 0 ? 3 : 0))}^
            """.ReplaceLineEndings("\n");
    }

    private static int FirstDifference(string one, string other, bool exactly)
    {
        var index = 0;
        while (index < one.Length && index < other.Length && Same(one[index], other[index], exactly))
        {
            index++;
        }

        return index;
    }

    private static bool Same(char one, char other, bool exactly) =>
        one == other || (!exactly && char.ToUpperInvariant(one) == char.ToUpperInvariant(other));

    private static string Excerpt(string text, int start)
    {
        var rest = start < text.Length ? text[start..] : "";
        var cut = rest.Length > Width ? rest[..Width] + "..." : rest;
        return start > 0 ? "..." + cut : cut;
    }

    private static string Escape(string text) => text
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal)
        .Replace("\0", "\\0", StringComparison.Ordinal)
        .Replace("\b", "\\b", StringComparison.Ordinal)
        .Replace("\e", "\\e", StringComparison.Ordinal);
}
