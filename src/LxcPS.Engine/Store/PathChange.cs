using System.Text;

namespace LxcPS.Engine.Store;

/// <summary>Replaces a directory wherever a text has it as a path or as the beginning of one.</summary>
/// <param name="from">The directory, absolute.</param>
/// <param name="to">What it is called now.</param>
internal sealed class PathChange(string from, string to)
{
    /// <summary>The text with the new directory.</summary>
    internal string Apply(string text) => Replace(text, from, to);

    /// <summary>The lines of fstab(5) with the new directory: there blanks in paths are octal.</summary>
    internal string ApplyToMounts(string text) => Replace(text, Escape(from), Escape(to));

    private static string Replace(string text, string from, string to)
    {
        StringBuilder changed = new();
        int start = 0;
        for (int at = text.IndexOf(from, StringComparison.Ordinal); at >= 0; at = text.IndexOf(from, at + from.Length, StringComparison.Ordinal))
        {
            int end = at + from.Length;
            if ((at == 0 || IsBoundary(text[at - 1])) && (end == text.Length || text[end] == '/' || IsBoundary(text[end])))
            {
                changed.Append(text, start, at - start).Append(to);
                start = end;
            }
        }

        return start == 0 ? text : changed.Append(text, start, text.Length - start).ToString();
    }

    // What stands round a path in values: overlay:LOWER:UPPER, upperdir=PATH,workdir=PATH, arguments of hooks.
    private static bool IsBoundary(char c) => c is ' ' or '\t' or '\n' or '\r' or ':' or '=' or ',' or ';' or '"' or '\'';

    private static string Escape(string path) => path.Replace("\\", "\\134").Replace(" ", "\\040").Replace("\t", "\\011");
}
