using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>A Describe, a Context, or the root block that stands for a whole file.</summary>
public sealed class PesterBlock : PesterItem
{
    internal PesterBlock(string name, ScriptBlock scriptBlock, int line, string command) : base(name, scriptBlock, line)
    {
        CommandUsed = command;
    }

    public override string ItemType => "Block";
    public PesterBlock? Parent => Owner;
    public bool IsRoot => Owner is null;
    public List<PesterBlock> Blocks { get; } = [];
    public List<PesterTest> Tests { get; } = [];
    /// <summary>Blocks and tests in the order in which the file has them.</summary>
    public List<PesterItem> Order { get; } = [];
    /// <summary>False when a BeforeAll or AfterAll of this block itself failed.</summary>
    public bool OwnPassed { get; internal set; } = true;

    internal string CommandUsed { get; }
    internal bool WrittenToScreen { get; set; }
    internal ScriptBlock? BeforeAll { get; set; }
    internal ScriptBlock? AfterAll { get; set; }
    internal ScriptBlock? BeforeEach { get; set; }
    internal ScriptBlock? AfterEach { get; set; }

    /// <summary>This block and those around it, the innermost first.</summary>
    internal IEnumerable<PesterBlock> Ancestry()
    {
        for (var block = this; block is not null; block = block.Owner)
        {
            yield return block;
        }
    }

    internal IEnumerable<PesterTest> AllTests() => Tests.Concat(Blocks.SelectMany(block => block.AllTests()));

    internal IEnumerable<PesterBlock> AllBlocks() => Blocks.SelectMany(block => block.AllBlocks().Prepend(block));

    /// <summary>Works out Passed and Result from what ran inside.</summary>
    internal void Conclude()
    {
        foreach (var test in Tests)
        {
            test.Conclude();
        }

        Blocks.ForEach(block => block.Conclude());
        Passed = OwnPassed && ErrorRecord.Count == 0
            && Tests.All(test => test.Result != "Failed") && Blocks.All(block => !block.ShouldRun || block.Passed);
        Result = Skip ? "Skipped" : ShouldRun && !Passed ? "Failed" : ShouldRun ? "Passed" : "NotRun";
    }

    public override string ToString() => $"[{Result}] {ExpandedPath}";
}
