using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>Completes the names of images that are there.</summary>
public sealed class ImageCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        ImageStore store = new(fakeBoundParameters["ImagePath"] as string is { Length: > 0 } path ? Path.GetFullPath(path) : ImageStore.DefaultPath);
        try
        {
            return Completion.Of(store.List().Select(image => image.Name).Distinct(), wordToComplete);
        }
        catch (LxcException)
        {
            // Nothing is completed where nothing can be listed; the command itself will say why.
            return [];
        }
    }
}
