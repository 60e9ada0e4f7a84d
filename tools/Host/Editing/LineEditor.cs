namespace LxcPS.Host.Editing;

/// <summary>Reads one command from the terminal: edits, recalls, completes, and goes on for as long as the command is not whole.</summary>
internal sealed class LineEditor(History history, Completions completions, Func<string, bool> isIncomplete)
{
    private readonly LineView _view = new();
    private string _text = "";
    private int _cursor;

    /// <summary>The command; empty if Ctrl+C dropped it; null at the end of input.</summary>
    public string? Read(string prompt)
    {
        using var raw = Screen.TerminalMode.Raw();
        (_text, _cursor) = ("", 0);
        history.Rewind();
        completions.Reset();
        _view.Start(prompt);
        while (true)
        {
            var key = KeyReader.Read();
            if (key.Kind is not (KeyKind.Tab or KeyKind.BackTab))
            {
                completions.Reset();
            }

            switch (key.Kind)
            {
                case KeyKind.Enter when !isIncomplete(_text):
                    _view.Finish(_text);
                    history.Add(_text);
                    return _text;
                case KeyKind.Interrupt:
                    _view.Finish(_text, "^C");
                    return "";
                case KeyKind.EndOfInput when _text.Length == 0:
                    _view.Finish("");
                    return null;
                default:
                    Edit(key);
                    break;
            }

            _view.Draw(_text, _cursor);
        }
    }

    private void Edit(Key key)
    {
        switch (key.Kind)
        {
            case KeyKind.Text or KeyKind.Paste: Insert(key.Text.Replace("\t", "    ", StringComparison.Ordinal)); break;
            case KeyKind.Enter or KeyKind.NewLine: Insert("\n"); break;
            case KeyKind.Backspace: Delete(Step(-1), _cursor); break;
            case KeyKind.Delete or KeyKind.EndOfInput: Delete(_cursor, Step(1)); break;
            case KeyKind.Left: _cursor = Step(-1); break;
            case KeyKind.Right: _cursor = Step(1); break;
            case KeyKind.WordLeft: _cursor = WordStart(); break;
            case KeyKind.WordRight: _cursor = WordEnd(); break;
            case KeyKind.Home: _cursor = LineStart(); break;
            case KeyKind.End: _cursor = LineEnd(); break;
            case KeyKind.KillToEnd: Delete(_cursor, LineEnd()); break;
            case KeyKind.KillToStart: Delete(LineStart(), _cursor); break;
            case KeyKind.KillWord: Delete(WordStart(), _cursor); break;
            case KeyKind.Escape: Replace(""); break;
            case KeyKind.Up: Replace(history.Previous(_text)); break;
            case KeyKind.Down: Replace(history.Next()); break;
            case KeyKind.Tab or KeyKind.BackTab: Complete(forward: key.Kind == KeyKind.Tab); break;
            case KeyKind.ClearScreen: _view.ClearScreen(); break;
            default: break;
        }
    }

    private void Complete(bool forward)
    {
        if (completions.Next(_text, _cursor, forward) is { } next)
        {
            (_text, _cursor) = next;
        }
        else
        {
            Console.Out.Write('\a');
        }
    }

    private void Insert(string text)
    {
        _text = _text.Insert(_cursor, text);
        _cursor += text.Length;
    }

    private void Delete(int from, int to)
    {
        _text = _text.Remove(from, to - from);
        _cursor = from;
    }

    private void Replace(string? text)
    {
        if (text is not null)
        {
            (_text, _cursor) = (text, text.Length);
        }
    }

    // A surrogate pair is one step.
    private int Step(int direction)
    {
        var to = Math.Clamp(_cursor + direction, 0, _text.Length);
        return to > 0 && to < _text.Length && char.IsLowSurrogate(_text[to]) ? to + direction : to;
    }

    private int WordStart()
    {
        var at = _cursor;
        while (at > 0 && !char.IsLetterOrDigit(_text[at - 1]))
        {
            at--;
        }

        while (at > 0 && char.IsLetterOrDigit(_text[at - 1]))
        {
            at--;
        }

        return at;
    }

    private int WordEnd()
    {
        var at = _cursor;
        while (at < _text.Length && !char.IsLetterOrDigit(_text[at]))
        {
            at++;
        }

        while (at < _text.Length && char.IsLetterOrDigit(_text[at]))
        {
            at++;
        }

        return at;
    }

    private int LineStart() => _text[.._cursor].LastIndexOf('\n') + 1;

    private int LineEnd() => _text.IndexOf('\n', _cursor) is >= 0 and var end ? end : _text.Length;
}
