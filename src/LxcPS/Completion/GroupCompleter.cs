using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Completes the groups (<c>lxc.group</c>) of the containers that there are.</summary>
public sealed class GroupCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        SortedSet<string> groups = new(StringComparer.Ordinal);
        try
        {
            ContainerStore store = new(System.IO.Path.GetFullPath(fakeBoundParameters["LxcPath"]?.ToString() ?? ContainerStore.DefaultLxcPath));
            foreach (string name in store.Names())
            {
                groups.UnionWith(AutoStartEntry.GroupsOf(store.LoadConfig(name)));
            }
        }
        catch (Exception e) when (e is LxcException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A completer has nowhere to report to: what was found until then is what there is.
        }

        return Completion.Of(groups, wordToComplete);
    }
}
