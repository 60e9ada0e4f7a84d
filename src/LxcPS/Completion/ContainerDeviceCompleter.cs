using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Devices;

namespace LxcPS.Commands;

/// <summary>Completes places of devices that were added to the containers which the command line names so far.</summary>
public sealed class ContainerDeviceCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.OfContainers(fakeBoundParameters, wordToComplete, (store, names) => names.SelectMany(name => DeviceInventory.Places(store, name)));
}
