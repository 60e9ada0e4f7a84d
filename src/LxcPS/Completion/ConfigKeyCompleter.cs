using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Configuration;

namespace LxcPS.Commands;

/// <summary>Completes keys of lxc.container.conf(5), with what each does as the tip.</summary>
public sealed class ConfigKeyCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        // A hash table is asked for: its keys are what is completed.
        bool table = parameterName == "Config";
        foreach (ConfigKey key in ConfigKeyTable.All)
        {
            string text = table ? $"@{{ '{key.Name}' = '' }}" : key.Name;
            if (key.Name.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase))
            {
                yield return new CompletionResult(text, key.Name, CompletionResultType.ParameterValue, key.Summary);
            }
        }
    }
}
