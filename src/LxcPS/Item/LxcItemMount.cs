namespace LxcPS;

/// <summary>A file or directory of the host that is bound into a running container.</summary>
public sealed class LxcItemMount
{
    internal LxcItemMount(string name, string lxcPath, string path, string destination, bool isReadOnly)
    {
        Name = name;
        LxcPath = lxcPath;
        Path = path;
        Destination = destination;
        ReadOnly = isReadOnly;
    }

    /// <summary>The container.</summary>
    public string Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string LxcPath { get; }

    /// <summary>The path on the host.</summary>
    public string Path { get; }

    /// <summary>The place in the container.</summary>
    public string Destination { get; }

    /// <summary>Whether nothing can be written through the mount.</summary>
    public bool ReadOnly { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}:{Destination}";
}
