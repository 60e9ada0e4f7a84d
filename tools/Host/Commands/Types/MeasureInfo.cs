namespace Microsoft.PowerShell.Commands;

/// <summary>What Measure-Object found; views and scripts know these by their names.</summary>
public abstract class MeasureInfo
{
    public string? Property { get; set; }
}
