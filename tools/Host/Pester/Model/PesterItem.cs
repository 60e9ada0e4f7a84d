using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>What blocks and tests have in common: found at discovery, filtered, run, and reported.</summary>
public abstract class PesterItem
{
    internal PesterItem(string name, ScriptBlock scriptBlock, int line)
    {
        Name = ExpandedName = ExpandedPath = name;
        ScriptBlock = scriptBlock;
        StartLine = line;
    }

    public abstract string ItemType { get; }
    public string Name { get; }
    public string ExpandedName { get; internal set; }
    public IReadOnlyList<string> Path { get; internal set; } = [];
    public string ExpandedPath { get; internal set; }
    public string[] Tag { get; internal set; } = [];
    public object? Data { get; internal set; }
    public ScriptBlock ScriptBlock { get; }
    public int StartLine { get; }
    public string? GroupId { get; internal set; }

    public bool Skip { get; internal set; }
    public bool Include { get; internal set; }
    public bool Exclude { get; internal set; }
    public bool Explicit { get; internal set; }
    public bool ShouldRun { get; internal set; }
    public bool First { get; internal set; }
    public bool Last { get; internal set; }

    public bool Executed { get; internal set; }
    public DateTime? ExecutedAt { get; internal set; }
    public bool Passed { get; internal set; }
    public string Result { get; internal set; } = "NotRun";
    public List<ErrorRecord> ErrorRecord { get; } = [];

    public TimeSpan UserDuration { get; internal set; }
    public TimeSpan FrameworkDuration { get; internal set; }
    public TimeSpan Duration => UserDuration + FrameworkDuration;

    internal PesterBlock? Owner { get; set; }

    /// <summary>A name whose &lt;templates&gt; are expanded when it runs, and not before.</summary>
    internal bool HasTemplate => Name.Contains('<');
}
