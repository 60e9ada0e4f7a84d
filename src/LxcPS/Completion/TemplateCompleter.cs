using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Templates;

namespace LxcPS.Commands;

/// <summary>Completes templates: the named ones, and paths.</summary>
public sealed class TemplateCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        wordToComplete.Contains('/')
            ? CompletionCompleters.CompleteFilename(wordToComplete)
            : Completion.Of(TemplateInfo.List().Select(template => template.Name), wordToComplete,
                word => TemplateInfo.List().First(template => template.Name == word).Description);
}
