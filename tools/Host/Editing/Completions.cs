using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace LxcPS.Host.Editing;

/// <summary>The engine's suggestions at the cursor, one after the other at each Tab.</summary>
internal sealed class Completions(Runspace runspace)
{
    private CommandCompletion? _found;
    private string _text = "";

    public void Reset() => _found = null;

    /// <summary>The text with the next suggestion in it and the cursor behind that; null if there is none.</summary>
    public (string Text, int Cursor)? Next(string text, int cursor, bool forward)
    {
        if (_found is null)
        {
            using var shell = PowerShell.Create(runspace);
            _text = text;
            _found = CommandCompletion.CompleteInput(text, cursor, [], shell);
        }

        if (_found.CompletionMatches.Count == 0)
        {
            _found = null;
            return null;
        }

        var suggestion = _found.GetNextResult(forward).CompletionText;
        return (_text.Remove(_found.ReplacementIndex, _found.ReplacementLength).Insert(_found.ReplacementIndex, suggestion),
            _found.ReplacementIndex + suggestion.Length);
    }
}
