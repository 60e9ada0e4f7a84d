namespace Microsoft.PowerShell.Commands;

/// <summary>Which values of a CSV stand in quotes.</summary>
public enum QuoteKind
{
    Never,
    Always,
    AsNeeded,
}
