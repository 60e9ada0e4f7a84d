namespace Microsoft.PowerShell.Commands;

/// <summary>Which parts of a date are shown; the engine's view knows these by their names.</summary>
public enum DisplayHintType
{
    Date,
    Time,
    DateTime,
}
