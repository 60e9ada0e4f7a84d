using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using LxcPS.Engine;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Completes the numbers of the ttys that the named container has while it runs, and 0, its console.</summary>
public sealed class TtyNumberCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        int max = 0;
        try
        {
            string path = System.IO.Path.GetFullPath(fakeBoundParameters["LxcPath"]?.ToString() ?? ContainerStore.DefaultLxcPath);
            string? setting = fakeBoundParameters["Name"]?.ToString() is { Length: > 0 } name ? ControlClient.GetConfigItem(path, name, "lxc.tty.max") : null;
            _ = int.TryParse(setting, NumberStyles.None, CultureInfo.InvariantCulture, out max);
        }
        catch (Exception e) when (e is LxcException or ArgumentException)
        {
            // A completer has nowhere to report to.
        }

        return Completion.Of(Enumerable.Range(0, max + 1).Select(number => number.ToString(CultureInfo.InvariantCulture)), wordToComplete,
            number => number == "0" ? "0: the console" : $"tty {number}");
    }
}
