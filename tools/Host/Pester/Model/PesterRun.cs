namespace LxcPS.Host.Pester;

/// <summary>What Invoke-Pester -PassThru writes.</summary>
public sealed class PesterRun
{
    internal PesterRun(PesterConfiguration configuration, DateTime started, IReadOnlyList<PesterContainerResult> containers)
    {
        Configuration = configuration;
        ExecutedAt = started;
        Containers = [.. containers];
        Tests = [.. containers.SelectMany(container => container.Root.AllTests())];
        Passed = With("Passed");
        Failed = With("Failed");
        Skipped = With("Skipped");
        Inconclusive = With("Inconclusive");
        NotRun = With("NotRun");
        FailedBlocks = [.. containers.SelectMany(container => container.Root.AllBlocks()).Where(block => block.ErrorRecord.Count > 0)];
        FailedContainers = [.. containers.Where(container => container.ErrorRecord.Count > 0)];
    }

    public string Result => FailureCount > 0 ? "Failed" : "Passed";
    public int TotalCount => Tests.Count;
    public int PassedCount => Passed.Count;
    public int FailedCount => Failed.Count;
    public int FailedBlocksCount => FailedBlocks.Count;
    public int FailedContainersCount => FailedContainers.Count;
    public int SkippedCount => Skipped.Count;
    public int InconclusiveCount => Inconclusive.Count;
    public int NotRunCount => NotRun.Count;

    public bool Executed => true;
    public DateTime ExecutedAt { get; }
    public TimeSpan Duration => Sum(container => container.Duration);
    public TimeSpan DiscoveryDuration => Sum(container => container.DiscoveryDuration);
    public TimeSpan UserDuration => Sum(container => container.UserDuration);
    public TimeSpan FrameworkDuration => Sum(container => container.FrameworkDuration);
    public PesterConfiguration Configuration { get; }

    public List<PesterContainerResult> Containers { get; }
    public List<PesterTest> Tests { get; }
    public List<PesterTest> Passed { get; }
    public List<PesterTest> Failed { get; }
    public List<PesterTest> Skipped { get; }
    public List<PesterTest> Inconclusive { get; }
    public List<PesterTest> NotRun { get; }
    public List<PesterBlock> FailedBlocks { get; }
    public List<PesterContainerResult> FailedContainers { get; }

    /// <summary>The exit code: what failed, be it a test, a block's set-up, or a whole file.</summary>
    internal int FailureCount => FailedCount + FailedBlocksCount + FailedContainersCount;

    private List<PesterTest> With(string result) => [.. Tests.Where(test => test.Result == result)];

    private TimeSpan Sum(Func<PesterContainerResult, TimeSpan> part) =>
        Containers.Aggregate(TimeSpan.Zero, (sum, next) => sum + part(next));
}
