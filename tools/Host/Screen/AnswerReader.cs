using System.Management.Automation;
using System.Text;
using LxcPS.Host.Editing;
using LxcPS.Host.Running;

namespace LxcPS.Host.Screen;

/// <summary>One line from the terminal for a command that asks, in clear or masked. Ctrl+C stops the command.</summary>
internal sealed class AnswerReader(char? mask = null)
{
    private readonly StringBuilder _text = new();

    public string Read()
    {
        using var raw = TerminalMode.Raw();
        while (true)
        {
            var key = KeyReader.Read();
            switch (key.Kind)
            {
                case KeyKind.Enter or KeyKind.EndOfInput:
                    Console.Out.Write("\r\n");
                    return _text.ToString();
                case KeyKind.Interrupt:
                    Console.Out.Write("^C\r\n");
                    Executor.StopCurrent();
                    throw new PipelineStoppedException();
                case KeyKind.Text or KeyKind.Paste:
                    var text = key.Text.Split('\n')[0];
                    _text.Append(text);
                    Console.Out.Write(mask is null ? text : new string(mask.Value, text.Length));
                    break;
                case KeyKind.Backspace when _text.Length > 0:
                    Erase();
                    break;
                case KeyKind.KillToStart:
                    while (_text.Length > 0)
                    {
                        Erase();
                    }

                    break;
                default:
                    break;
            }
        }
    }

    private void Erase()
    {
        var length = _text.Length > 1 && char.IsLowSurrogate(_text[^1]) ? 2 : 1;
        var width = mask is null ? CellWidth.Of(_text.ToString(_text.Length - length, length)) : length;
        _text.Length -= length;
        Console.Out.Write($"\e[{width}D\e[K");
    }
}
