using LxcPS.Engine.Configuration;

namespace LxcPS;

/// <summary>A line of a configuration that Update-LxcConfig changes.</summary>
public sealed class LxcConfigChange
{
    private readonly ConfigLineChange change;

    internal LxcConfigChange(ConfigLineChange change, string file, string? name, string? lxcPath)
    {
        this.change = change;
        File = file;
        Name = name;
        LxcPath = lxcPath;
    }

    /// <summary>The container; null where a file was updated.</summary>
    public string? Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string? LxcPath { get; }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>The number of the line before the change, counted from 1.</summary>
    public int Line => change.Line;

    /// <summary>The line as it was.</summary>
    public string Old => change.Old;

    /// <summary>The line as it is; null where it is gone, as its key has no successor.</summary>
    public string? New => change.New;

    /// <inheritdoc/>
    public override string ToString() => New is null ? $"line {Line}: {Old} -> (removed)" : $"line {Line}: {Old} -> {New}";
}
