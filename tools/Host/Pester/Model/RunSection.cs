using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>What to run, and how the run ends.</summary>
public sealed class RunSection
{
    public string[] Path { get; set; } = ["."];
    public string[] ExcludePath { get; set; } = [];
    public ScriptBlock[] ScriptBlock { get; set; } = [];
    public PesterContainer[] Container { get; set; } = [];
    public string TestExtension { get; set; } = ".Tests.ps1";
    public bool Exit { get; set; }
    public bool Throw { get; set; }
    public bool PassThru { get; set; }
    public bool SkipRun { get; set; }
}
