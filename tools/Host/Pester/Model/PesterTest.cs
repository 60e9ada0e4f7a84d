using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>One test: an It, or one set of data of an It -ForEach.</summary>
public sealed class PesterTest : PesterItem
{
    internal PesterTest(string name, ScriptBlock scriptBlock, int line) : base(name, scriptBlock, line)
    {
    }

    public override string ItemType => "Test";
    public PesterBlock? Block => Owner;
    public bool Skipped { get; internal set; }
    public bool Inconclusive { get; internal set; }
    public object? StandardOutput { get; internal set; }

    internal void Conclude() => Result = Skipped ? "Skipped"
        : Inconclusive ? "Inconclusive"
        : Passed ? "Passed"
        : ShouldRun ? "Failed"
        : "NotRun";

    public override string ToString() => $"[{Result}] {ExpandedPath}";
}
