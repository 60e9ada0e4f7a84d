using System.Management.Automation;
using System.Management.Automation.Language;

namespace LxcPS.Commands;

/// <summary>Completion results of a list of words.</summary>
internal static class Completion
{
    /// <summary>The words that begin with what is typed, quoted where PowerShell needs it.</summary>
    internal static IEnumerable<CompletionResult> Of(IEnumerable<string> words, string typed, Func<string, string?>? describe = null)
    {
        WildcardPattern pattern = new(typed.Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        foreach (string word in words)
        {
            if (pattern.IsMatch(word))
            {
                bool plain = word.Length > 0 && word.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or ':' or '=');
                string text = plain ? word : $"'{CodeGeneration.EscapeSingleQuotedStringContent(word)}'";
                yield return new CompletionResult(text, word, CompletionResultType.ParameterValue, describe?.Invoke(word) ?? word);
            }
        }
    }
}
