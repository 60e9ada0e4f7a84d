using System.Text;

namespace LxcPS.Engine.Configuration;

/// <summary>The words of a command in the configuration, as LXC splits it: by blanks, with single and double quotes around what holds some.</summary>
internal static class QuotedWords
{
    /// <summary>The text that <see cref="Split"/> makes these words of. No quote can stand inside its own kind, but beside the other.</summary>
    internal static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(word =>
        word.Length > 0 && !word.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'') ? word : $"'{word.Replace("'", "'\"'\"'", StringComparison.Ordinal)}'"));

    /// <summary>Splits a text. A quote that is not closed reaches to the end.</summary>
    internal static List<string> Split(string text)
    {
        List<string> words = [];
        StringBuilder word = new();
        bool within = false;
        char quote = '\0';
        foreach (char c in text)
        {
            if (quote != '\0' ? c == quote : c is '"' or '\'')
            {
                // A pair of quotes is a word also when nothing is in it.
                quote = quote == '\0' ? c : '\0';
                within = true;
            }
            else if (quote == '\0' && char.IsWhiteSpace(c))
            {
                Complete();
            }
            else
            {
                word.Append(c);
                within = true;
            }
        }

        Complete();
        return words;

        void Complete()
        {
            if (within)
            {
                words.Add(word.ToString());
                word.Clear();
                within = false;
            }
        }
    }
}
