using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Completes names of containers below the -LxcPath that the command line has so far.</summary>
public sealed class ContainerNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        IReadOnlyList<string> names;
        try
        {
            string path = fakeBoundParameters["LxcPath"]?.ToString() ?? ContainerStore.DefaultLxcPath;
            names = new ContainerStore(Path.GetFullPath(path)).Names();
        }
        catch (Exception e) when (e is LxcException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A completer has nowhere to report to: a directory that cannot be read has no names to offer.
            return [];
        }

        return Completion.Of(names, wordToComplete);
    }
}
