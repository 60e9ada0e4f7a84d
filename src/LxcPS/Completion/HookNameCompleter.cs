using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Hooks;

namespace LxcPS.Commands;

/// <summary>Completes names of hooks that are registered for the containers, and the event, which the command line names so far.</summary>
public sealed class HookNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string? wanted = fakeBoundParameters["Event"]?.ToString();
        return Completion.OfContainers(fakeBoundParameters, wordToComplete,
            (store, names) => (fakeBoundParameters.Contains("All") ? HookScripts.OfAll(store) : names.SelectMany(name => HookScripts.Of(store, name)))
                .Where(hook => wanted is null || wanted.Equals(hook.Event.ToString(), StringComparison.OrdinalIgnoreCase))
                .Select(hook => hook.Name).OfType<string>());
    }
}
