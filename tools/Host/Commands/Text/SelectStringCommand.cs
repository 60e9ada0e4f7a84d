using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Select, "String", DefaultParameterSetName = "File")]
[OutputType(typeof(MatchInfo), typeof(bool), typeof(string))]
public sealed class SelectStringCommand : PSCmdlet
{
    private readonly List<string> _lines = [];
    private Regex[] _patterns = [];
    private bool _isFound;
    private ulong _before;

    [Parameter(Mandatory = true, ParameterSetName = "Object", ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    [Parameter(Position = 0, Mandatory = true)]
    public string[] Pattern { get; set; } = [];

    [Parameter(Position = 1, Mandatory = true, ParameterSetName = "File", ValueFromPipelineByPropertyName = true)]
    public string[]? Path { get; set; }

    [Parameter(Mandatory = true, ParameterSetName = "LiteralFile", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[]? LiteralPath { get; set; }

    [Parameter]
    public SwitchParameter Raw { get; set; }

    [Parameter]
    public SwitchParameter SimpleMatch { get; set; }

    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    [Parameter]
    public SwitchParameter Quiet { get; set; }

    [Parameter]
    public SwitchParameter List { get; set; }

    [Parameter]
    public SwitchParameter NoEmphasis { get; set; }

    [Parameter]
    public string[]? Include { get; set; }

    [Parameter]
    public string[]? Exclude { get; set; }

    [Parameter]
    public SwitchParameter NotMatch { get; set; }

    [Parameter]
    public SwitchParameter AllMatches { get; set; }

    [Parameter]
    [TextEncoding]
    public Encoding Encoding { get; set; } = TextEncodingAttribute.Default;

    [Parameter]
    [ValidateCount(1, 2)]
    public int[] Context { get; set; } = [0];

    protected override void BeginProcessing()
    {
        var options = CaseSensitive ? RegexOptions.None : RegexOptions.IgnoreCase;
        _patterns = [.. Pattern.Select(pattern => new Regex(SimpleMatch ? Regex.Escape(pattern) : pattern, options))];
    }

    protected override void ProcessRecord()
    {
        if (_isFound && Quiet)
        {
            return;
        }

        if (ParameterSetName == "Object")
        {
            ProcessInput();
            return;
        }

        foreach (var path in LiteralPath ?? Path!)
        {
            try
            {
                foreach (var file in this.ResolveForReading(path, LiteralPath is not null).Where(IsMeant))
                {
                    Search(File.ReadAllLines(file, Encoding), file);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ItemNotFoundException)
            {
                WriteError(new ErrorRecord(exception, "ProcessingFile", ErrorCategory.NotSpecified, path));
            }
        }
    }

    protected override void EndProcessing()
    {
        if (_lines.Count > 0)
        {
            Search([.. _lines], null);
        }
    }

    private void ProcessInput()
    {
        switch (InputObject?.BaseObject)
        {
            case null:
                break;
            case DirectoryInfo:
                break;
            case FileInfo file:
                Search(File.ReadAllLines(file.FullName, Encoding), file.FullName);
                break;
            default:
                // Only for the lines around it must a line wait.
                _lines.Add(InputObject!.ToString());
                if (Context[0] == 0 && Context[^1] == 0)
                {
                    Search([.. _lines], null);
                    _before += (ulong)_lines.Count;
                    _lines.Clear();
                }

                break;
        }
    }

    private bool IsMeant(string file)
    {
        var name = System.IO.Path.GetFileName(file);
        bool Any(string[] patterns) => Array.Exists(patterns, one => WildcardPattern.Get(one, WildcardOptions.IgnoreCase).IsMatch(name));
        return !Directory.Exists(file) && (Include is null || Any(Include)) && (Exclude is null || !Any(Exclude));
    }

    private void Search(string[] lines, string? file)
    {
        for (var i = 0; i < lines.Length && !Stopping; i++)
        {
            var (pattern, matches) = Match(lines[i]);
            if (pattern is null != NotMatch.ToBool())
            {
                continue;
            }

            _isFound = true;
            if (Quiet)
            {
                WriteObject(true);
                return;
            }

            Write(lines, i, file, pattern, matches);
            if (List)
            {
                return;
            }
        }
    }

    private (string? Pattern, Match[] Matches) Match(string line)
    {
        for (var i = 0; i < _patterns.Length; i++)
        {
            var match = _patterns[i].Match(line);
            if (match.Success)
            {
                return (Pattern[i], SimpleMatch ? [] : AllMatches ? _patterns[i].Matches(line).ToArray() : [match]);
            }
        }

        return (null, []);
    }

    private void Write(string[] lines, int at, string? file, string? pattern, Match[] matches)
    {
        if (Raw)
        {
            WriteObject(lines[at]);
            return;
        }

        var info = new MatchInfo
        {
            IgnoreCase = !CaseSensitive, LineNumber = (file is null ? _before : 0) + (ulong)at + 1, Line = lines[at],
                Pattern = pattern ?? Pattern[0], Matches = matches,
            IsEmphasized = !NoEmphasis && !SimpleMatch && Host.UI.SupportsVirtualTerminal
                && PSStyle.Instance.OutputRendering != OutputRendering.PlainText,
        };
        info.Path = file ?? info.Path;
        if (Context[0] > 0 || Context[^1] > 0)
        {
            string[] before = lines[Math.Max(0, at - Context[0])..at];
            string[] after = lines[(at + 1)..Math.Min(lines.Length, at + 1 + Context[^1])];
            info.Context = new MatchInfoContext { PreContext = before, DisplayPreContext = before, PostContext = after,
                DisplayPostContext = after };
        }

        WriteObject(info);
    }
}
