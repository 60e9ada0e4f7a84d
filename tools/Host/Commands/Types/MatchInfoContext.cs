namespace Microsoft.PowerShell.Commands;

/// <summary>The lines around a match.</summary>
public sealed class MatchInfoContext
{
    public string[] PreContext { get; set; } = [];
    public string[] PostContext { get; set; } = [];
    public string[] DisplayPreContext { get; set; } = [];
    public string[] DisplayPostContext { get; set; } = [];
}
