using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Seccomp;

namespace LxcPS.Commands;

/// <summary>Completes names of system calls: those that libseccomp knows for this machine.</summary>
public sealed class SystemCallCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completion.Of(SystemCallNames.All, wordToComplete);
}
