using LxcPS.Host.Screen;

namespace LxcPS.Host.Running;

/// <summary>
/// Commands line by line from standard input that is no terminal: one is run as soon as it is whole, or ended by an empty line.
/// </summary>
internal sealed class InputLoop(LxcHost host, Executor executor)
{
    public void Run()
    {
        var text = "";
        while (!host.IsExiting && Console.In.ReadLine() is { } line)
        {
            var wasIncomplete = text.Length > 0;
            text = wasIncomplete ? text + "\n" + line : line;
            if ((wasIncomplete && line.Length > 0) || (!wasIncomplete && ScriptText.IsIncomplete(text)))
            {
                continue;
            }

            if (!string.IsNullOrWhiteSpace(text))
            {
                executor.Run(text, asTyped: true);
            }

            text = "";
        }
    }
}
