using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Completion results of a list of words.</summary>
internal static class Completion
{
    /// <summary>Words of the containers that a command line names so far, in their order.</summary>
    /// <param name="bound">What is bound so far: LxcPath and Name.</param>
    /// <param name="typed">The beginning of the word.</param>
    /// <param name="find">Finds the words, given the directory of containers and their names.</param>
    internal static IEnumerable<CompletionResult> OfContainers(IDictionary bound, string typed, Func<ContainerStore, IEnumerable<string>, IEnumerable<string>> find)
    {
        SortedSet<string> words = new(StringComparer.Ordinal);
        try
        {
            ContainerStore store = new(System.IO.Path.GetFullPath(bound["LxcPath"]?.ToString() ?? ContainerStore.DefaultLxcPath));
            WildcardPattern pattern = WildcardPattern.Get(bound["Name"]?.ToString() ?? "*", WildcardOptions.IgnoreCase);
            words.UnionWith(find(store, store.Names().Where(pattern.IsMatch)));
        }
        catch (Exception e) when (e is LxcException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A completer has nowhere to report to.
            return [];
        }

        return Of(words, typed);
    }

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
