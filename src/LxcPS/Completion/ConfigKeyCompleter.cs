using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Completes keys of lxc.container.conf(5), with what each does as the tip.</summary>
public sealed class ConfigKeyCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        if (fakeBoundParameters.Contains("System"))
        {
            foreach (string key in SystemSettings.Keys.Where(key => key.StartsWith(wordToComplete.Trim('\'', '"'), StringComparison.OrdinalIgnoreCase)))
            {
                yield return new CompletionResult(key, key, CompletionResultType.ParameterValue, key);
            }

            yield break;
        }

        // A hash table is asked for: its keys are what is completed.
        bool table = parameterName == "Config";
        string typed = wordToComplete.Trim('\'', '"');
        foreach (ConfigKey key in ConfigKeyTable.All)
        {
            // A number that is typed is that of the interface; the rows themselves have none.
            string name = table || commandName == "Get-LxcConfigKey" ? key.Name : key.NameFor(typed);
            if (name.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
            {
                bool quoted = name.Contains('[') || name.Contains('*');
                string text = table ? $"@{{ '{name}' = '' }}" : quoted && commandName == "Get-LxcConfigKey" ? $"'{name}'" : name;
                yield return new CompletionResult(text, name, CompletionResultType.ParameterValue, key.Summary);
            }
        }
    }
}
