

namespace Microsoft.PowerShell.Commands;

/// <summary>The hash of a file; views and scripts know it by this name.</summary>
public sealed class FileHashInfo : object
{
    public string Algorithm { get; set; } = "";
    public string Hash { get; set; } = "";
    public string? Path { get; set; }
}
