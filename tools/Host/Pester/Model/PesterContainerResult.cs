using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>What became of one container: its blocks, and the errors of the file itself.</summary>
public sealed class PesterContainerResult
{
    internal PesterContainerResult(PesterContainer container, PesterBlock root)
    {
        Container = container;
        Root = root;
    }

    public string Type => Container.Type;
    public object Item => Container.Item;
    public string Name => Container.Name;
    public List<PesterBlock> Blocks => Root.Blocks;
    public List<ErrorRecord> ErrorRecord => Root.ErrorRecord;
    public bool Executed => Root.Executed;
    public bool Passed => Root.Passed;
    public bool Skip => Root.Skip;
    public bool ShouldRun => Root.ShouldRun;
    public string Result => ErrorRecord.Count > 0 ? "Failed" : Root.Result;
    public TimeSpan DiscoveryDuration { get; internal set; }
    public TimeSpan UserDuration => Root.UserDuration;
    public TimeSpan FrameworkDuration => Root.FrameworkDuration + DiscoveryDuration;
    public TimeSpan Duration => UserDuration + FrameworkDuration;

    public int TotalCount => Root.AllTests().Count();
    public int PassedCount => Count("Passed");
    public int FailedCount => Count("Failed");
    public int SkippedCount => Count("Skipped");
    public int InconclusiveCount => Count("Inconclusive");
    public int NotRunCount => Count("NotRun");

    internal PesterContainer Container { get; }
    internal PesterBlock Root { get; }

    public override string ToString() => $"[{Result}] {Name}";

    private int Count(string result) => Root.AllTests().Count(test => test.Result == result);
}
