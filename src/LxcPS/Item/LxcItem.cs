using LxcPS.Engine.Items;

namespace LxcPS;

/// <summary>A file or directory in a container.</summary>
public sealed class LxcItem
{
    internal LxcItem(string name, string lxcPath, CopiedItem item)
    {
        Name = name;
        LxcPath = lxcPath;
        Path = item.Path;
        IsDirectory = item.IsDirectory;
        Length = item.Length;
        Count = item.Count;
    }

    /// <summary>The container.</summary>
    public string Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string LxcPath { get; }

    /// <summary>Its path in the container.</summary>
    public string Path { get; }

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory { get; }

    /// <summary>How many bytes of data were copied, holes of files not counted.</summary>
    public long Length { get; }

    /// <summary>How many files, directories and links were copied: itself and what is below it.</summary>
    public long Count { get; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
