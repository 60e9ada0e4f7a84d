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
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        if (wordToComplete.Contains('/'))
        {
            return CompletionCompleters.CompleteFilename(wordToComplete);
        }

        IReadOnlyList<TemplateInfo> all = TemplateInfo.List();
        return Completion.Of(all.Select(template => template.Name), wordToComplete, word => all.First(template => template.Name == word).Description);
    }
}
