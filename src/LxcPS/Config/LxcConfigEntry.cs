using LxcPS.Engine.Configuration;

namespace LxcPS;

/// <summary>A setting of a configuration, and the line that says so.</summary>
public sealed class LxcConfigEntry
{
    private readonly ConfigEntry entry;

    internal LxcConfigEntry(ConfigEntry entry, string path, string? name, string? lxcPath)
    {
        this.entry = entry;
        IsInherited = entry.File != path;
        Name = name;
        LxcPath = lxcPath;
    }

    /// <summary>The container; null where a file was asked for.</summary>
    public string? Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string? LxcPath { get; }

    /// <summary>The key.</summary>
    public string Key => entry.Key;

    /// <summary>The value, without blanks and quotes round it.</summary>
    public string Value => entry.Value;

    /// <summary>The file that says so: the configuration itself or one that it includes.</summary>
    public string File => entry.File;

    /// <summary>The line of that file, counted from 1.</summary>
    public int Line => entry.Line;

    /// <summary>Whether it comes from an included file.</summary>
    public bool IsInherited { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Key} = {Value}";
}
