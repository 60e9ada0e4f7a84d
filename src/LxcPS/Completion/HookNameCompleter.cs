using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine;
using LxcPS.Engine.Hooks;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Completes names of hooks that are registered for the containers, and the event, which the command line names so far.</summary>
public sealed class HookNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        try
        {
            ContainerStore store = new(System.IO.Path.GetFullPath(fakeBoundParameters["LxcPath"]?.ToString() ?? ContainerStore.DefaultLxcPath));
            string? wanted = fakeBoundParameters["Event"]?.ToString();
            WildcardPattern pattern = WildcardPattern.Get(fakeBoundParameters["Name"]?.ToString() ?? "*", WildcardOptions.IgnoreCase);
            IEnumerable<RegisteredHook> hooks = fakeBoundParameters.Contains("All") ? HookScripts.OfAll(store)
                : store.Names().Where(pattern.IsMatch).SelectMany(name => HookScripts.Of(store, name));
            foreach (RegisteredHook hook in hooks)
            {
                if (hook.Name is not null && (wanted is null || wanted.Equals(hook.Event.ToString(), StringComparison.OrdinalIgnoreCase)))
                {
                    names.Add(hook.Name);
                }
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
