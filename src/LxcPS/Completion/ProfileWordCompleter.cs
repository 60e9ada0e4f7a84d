using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Confinement;

namespace LxcPS.Commands;

/// <summary>Completes words of AppArmor rules: capabilities and network families.</summary>
public sealed class ProfileWordCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Of(parameterName == "Capability" ? ProfileOptions.AllCapabilities : ProfileOptions.CommonNetworks, wordToComplete);
}
