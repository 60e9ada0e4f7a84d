using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Copying;

namespace LxcPS.Commands;

/// <summary>Completes names of snapshots of the containers which the command line names so far.</summary>
public sealed class SnapshotCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.OfContainers(fakeBoundParameters, wordToComplete,
            (store, names) => names.SelectMany(name => new SnapshotStore(store, name, LxcCmdlet.Helper).List().Select(snapshot => snapshot.Name)));
}
