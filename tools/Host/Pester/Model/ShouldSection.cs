namespace LxcPS.Host.Pester;

/// <summary>Whether a failed assertion ends its test (Stop) or is noted and passed by (Continue).</summary>
public sealed class ShouldSection
{
    public string ErrorAction { get; set; } = "Stop";
}
