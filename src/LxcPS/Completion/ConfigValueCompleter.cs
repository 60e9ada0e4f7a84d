using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine.Configuration;

namespace LxcPS.Commands;

/// <summary>Completes values of the configuration key that the command line names: choices, signals, capabilities, interfaces, profiles.</summary>
public sealed class ConfigValueCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        object? named = fakeBoundParameters["Key"];
        if (ConfigKeyTable.Find((named is Array { Length: > 0 } keys ? keys.GetValue(0) : named)?.ToString() ?? string.Empty) is not { } key)
        {
            return [];
        }

        return key.Kind switch
        {
            ConfigValueKind.AppArmorProfile => new ProfileCompleter().CompleteArgument(commandName, "Profile", wordToComplete, commandAst, fakeBoundParameters),
            ConfigValueKind.Interface when key.Name.EndsWith(".link", StringComparison.Ordinal) => Completion.Of(Interfaces(), wordToComplete),
            _ => Completion.Of(key.Suggestions, wordToComplete),
        };
    }

    // Bridges come first: they are what containers are mostly connected to.
    private static IEnumerable<string> Interfaces()
    {
        const string Directory = "/sys/class/net";
        return System.IO.Directory.Exists(Directory)
            ? System.IO.Directory.GetDirectories(Directory).OrderBy(path => !System.IO.Directory.Exists(path + "/bridge")).Select(path => Path.GetFileName(path)) : [];
    }
}
