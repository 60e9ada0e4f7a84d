using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Completes names of snapshots of the containers which the command line names so far.</summary>
public sealed class SnapshotCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        try
        {
            ContainerStore store = new(System.IO.Path.GetFullPath(fakeBoundParameters["LxcPath"]?.ToString() ?? ContainerStore.DefaultLxcPath));
            WildcardPattern pattern = WildcardPattern.Get(fakeBoundParameters["Name"]?.ToString() ?? "*", WildcardOptions.IgnoreCase);
            foreach (string name in store.Names().Where(pattern.IsMatch))
            {
                names.UnionWith(new SnapshotStore(store, name).List().Select(snapshot => snapshot.Name));
            }
        }
        catch (Exception e) when (e is LxcException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A completer has nowhere to report to.
            return [];
        }

        return Completion.Of(names, wordToComplete);
    }
}
