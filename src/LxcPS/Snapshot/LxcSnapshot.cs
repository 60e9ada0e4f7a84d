using LxcPS.Engine.Copying;
using LxcPS.Engine.Store;

namespace LxcPS;

/// <summary>A snapshot of a container: what it was at a time, to be gone back to.</summary>
public sealed class LxcSnapshot
{
    internal LxcSnapshot(ContainerStore store, string name, SnapshotInfo info)
    {
        Store = store;
        Name = name;
        SnapshotName = info.Name;
        Time = info.Time;
        Comment = info.Comment;
        Path = info.Path;
    }

    /// <summary>The container.</summary>
    public string Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string LxcPath => Store.LxcPath;

    /// <summary>The snapshot: snap0, snap1 ...</summary>
    public string SnapshotName { get; }

    /// <summary>When it was taken; null where that is not noted.</summary>
    public DateTime? Time { get; }

    /// <summary>What was noted with it.</summary>
    public string Comment { get; }

    /// <summary>Its directory.</summary>
    public string Path { get; }

    internal ContainerStore Store { get; }

    /// <inheritdoc/>
    public override string ToString() => SnapshotName;
}
