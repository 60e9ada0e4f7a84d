using LxcPS.Host.Editing;
using LxcPS.Host.Screen;

namespace LxcPS.Host.Running;

/// <summary>Reads, runs and shows until told to exit.</summary>
internal sealed class Prompt(LxcHost host, Executor executor)
{
    // One history for all nested prompts.
    private static readonly History History = new();

    public void Run()
    {
        var editor = new LineEditor(History, new Completions(executor.Runspace), ScriptText.IsIncomplete);
        var level = host.NestingLevel;
        while (!host.IsExiting && host.NestingLevel >= level)
        {
            switch (editor.Read(PromptText()))
            {
                case null when level > 0:
                    return;
                case null:
                    host.SetShouldExit(ExitCode.Success);
                    return;
                case var line when string.IsNullOrWhiteSpace(line):
                    break;
                case var line:
                    executor.Run(line, asTyped: true);
                    break;
            }
        }
    }

    private string PromptText() =>
        executor.Ask("prompt")?.LastOrDefault(part => part is not null)?.ToString() is { Length: > 0 } text ? text : "PS>";
}
