using System.Management.Automation;

namespace LxcPS.Host.Pester;

/// <summary>What the run shows.</summary>
public sealed class OutputSection
{
    [ValidateSet("None", "Normal", "Detailed", "Diagnostic")]
    public string Verbosity { get; set; } = "Normal";
    [ValidateSet("None", "FirstLine", "Filtered", "Full")]
    public string StackTraceVerbosity { get; set; } = "Filtered";
    public string CIFormat { get; set; } = "Auto";
    public string RenderMode { get; set; } = "Auto";
}
