using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Items;

namespace LxcPS.Commands;

/// <summary>Completes places at which something is mounted in the running containers that the command line names so far.</summary>
public sealed class ContainerMountCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.OfContainers(fakeBoundParameters, wordToComplete, (store, names) => names.SelectMany(name => ItemMounter.PlacesOf(store, name)));
}
