namespace LxcPS.Host.Pester;

/// <summary>The sections of the real configuration object that this runner heeds; a hashtable converts to it.</summary>
public sealed class PesterConfiguration
{
    public RunSection Run { get; set; } = new();
    public FilterSection Filter { get; set; } = new();
    public OutputSection Output { get; set; } = new();
    public ShouldSection Should { get; set; } = new();
    public TestResultSection TestResult { get; set; } = new();
    public ToggleSection TestDrive { get; set; } = new() { Enabled = true };
    /// <summary>Accepted so that a shared configuration loads; this runner measures no coverage.</summary>
    public ToggleSection CodeCoverage { get; set; } = new();
}
