using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.PowerShell.Commands;

/// <summary>A line that Select-String found; views and scripts know it by this name.</summary>
public sealed class MatchInfo
{
    private const string InputStream = "InputStream";

    public bool IgnoreCase { get; set; }
    public ulong LineNumber { get; set; }
    public string Line { get; set; } = "";
    public string Path { get; set; } = InputStream;
    public string Pattern { get; set; } = "";
    public MatchInfoContext? Context { get; set; }
    public Match[] Matches { get; set; } = [];
    public string Filename => System.IO.Path.GetFileName(Path);

    internal bool IsEmphasized { get; set; }

    public override string ToString() => ToString(null);

    public string ToString(string? directory) => Show(directory, Line);

    public string ToEmphasizedString(string? directory) => Show(directory, IsEmphasized ? Emphasize() : Line);

    public string RelativePath(string directory) =>
        Path.StartsWith(directory.TrimEnd('/') + "/", StringComparison.Ordinal) ? Path[(directory.TrimEnd('/').Length + 1)..] : Path;

    private string Show(string? directory, string line)
    {
        var path = directory is null ? Path : RelativePath(directory);
        if (Context is null)
        {
            return Path == InputStream ? line : $"{path}:{LineNumber}:{line}";
        }

        var text = new StringBuilder();
        var number = LineNumber - (ulong)Context.DisplayPreContext.Length;
        foreach (var (shown, isMatch) in Context.DisplayPreContext.Select(one => (one, false)).Append((line, true))
            .Concat(Context.DisplayPostContext.Select(one => (one, false))))
        {
            text.Append(text.Length > 0 ? Environment.NewLine : "").Append(isMatch ? "> " : "  ")
                .Append(Path == InputStream ? shown : $"{path}:{number}:{shown}");
            number++;
        }

        return text.ToString();
    }

    private string Emphasize()
    {
        var text = new StringBuilder(Line);
        foreach (var match in Matches.Reverse())
        {
            text.Insert(match.Index + match.Length, PSStyle.Instance.ReverseOff).Insert(match.Index, PSStyle.Instance.Reverse);
        }

        return text.ToString();
    }
}
