namespace LxcPS.Host.Pester;

/// <summary>A section that is only ever on or off.</summary>
public sealed class ToggleSection
{
    public bool Enabled { get; set; }
}
