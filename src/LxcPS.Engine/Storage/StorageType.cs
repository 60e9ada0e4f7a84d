namespace LxcPS.Engine.Storage;

/// <summary>What the root file system of a container is kept on.</summary>
public enum StorageType
{
    /// <summary>A directory.</summary>
    Dir,

    /// <summary>A directory of the container's writes over one that is not changed.</summary>
    Overlay,

    /// <summary>A subvolume of btrfs.</summary>
    Btrfs,

    /// <summary>A file with a file system in it.</summary>
    Loop,

    /// <summary>A logical volume with a file system on it.</summary>
    Lvm,

    /// <summary>A dataset of ZFS.</summary>
    Zfs,

    /// <summary>
    /// A subvolume where the container's directory is on btrfs, a dataset or a volume where the system's configuration names a pool or a group, a directory elsewhere; an overlay
    /// where a directory is the template.
    /// </summary>
    Best,
}
