using System.Text;
using LxcPS.Host.Screen;

namespace LxcPS.Host.Editing;

/// <summary>Draws the edited text behind its prompt, over as many rows as it takes.</summary>
internal sealed class LineView
{
    private const string Continuation = ">> ";

    private string _prompt = "";
    private int _indent;
    private int _row;

    private static int Width => Math.Max(TerminalSize.Width, 1);

    public void Start(string prompt)
    {
        _prompt = prompt.ReplaceLineEndings("\r\n");
        _indent = CellWidth.Of(_prompt.AsSpan(_prompt.LastIndexOf('\n') + 1)) % Width;
        _row = 0;
        // A row full of blanks wraps unless it began at the left: so the prompt has a row of its own, whatever was written before.
        Console.Out.Write($"{new string(' ', Width)}\r\e[K\e[?2004h{_prompt}");
    }

    /// <summary>Redraws everything after the prompt: no cleverness, no leftovers.</summary>
    public void Draw(string text, int cursor)
    {
        var output = new StringBuilder();
        Move(output, _row, _indent);
        output.Append("\e[J").Append(text.Replace("\n", "\r\n" + Continuation, StringComparison.Ordinal));
        var end = Position(text);
        if (end.Column == 0 && end.Row > 0)
        {
            // The terminal itself wraps only at the next character.
            output.Append("\r\n");
        }

        var target = Position(text.AsSpan(0, cursor));
        Move(output, end.Row - target.Row, target.Column);
        _row = target.Row;
        Console.Out.Write(output);
    }

    public void Finish(string text, string mark = "")
    {
        Draw(text, text.Length);
        Console.Out.Write($"{mark}\e[?2004l\r\n");
    }

    public void ClearScreen()
    {
        _row = 0;
        Console.Out.Write("\e[H\e[2J" + _prompt);
    }

    private static void Move(StringBuilder output, int up, int column)
    {
        output.Append('\r');
        if (up > 0)
        {
            output.Append($"\e[{up}A");
        }

        if (column > 0)
        {
            output.Append($"\e[{column}C");
        }
    }

    private (int Row, int Column) Position(ReadOnlySpan<char> text)
    {
        var (row, column) = (0, _indent);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n')
            {
                (row, column) = (row + 1, Continuation.Length);
                continue;
            }

            var width = CellWidth.Of(rune);
            // A wide character that does not fit goes to the next row as a whole.
            if (column + width > Width)
            {
                (row, column) = (row + 1, 0);
            }

            column += width;
            if (column == Width)
            {
                (row, column) = (row + 1, 0);
            }
        }

        return (row, column);
    }
}
