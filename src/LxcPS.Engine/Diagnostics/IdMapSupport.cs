namespace LxcPS.Engine.Diagnostics;

/// <summary>
/// Since which kernel a file system can map the ids of a mount. A table, because the kernel answers the question only for a user namespace
/// other than its first, and making one takes a process. Source: FS_ALLOW_IDMAP in the kernel's history.
/// </summary>
internal static class IdMapSupport
{
    private static readonly (string Type, int Major, int Minor)[] Since =
    [
        ("ext4", 5, 12), ("ext3", 5, 12), ("ext2", 5, 12), ("vfat", 5, 12), ("msdos", 5, 12), ("xfs", 5, 12), ("btrfs", 5, 15), ("ntfs3", 5, 15),
        ("f2fs", 5, 18), ("erofs", 5, 19), ("overlay", 5, 19), ("squashfs", 6, 2), ("tmpfs", 6, 3), ("ceph", 6, 7), ("bcachefs", 6, 7),
    ];

    /// <summary>Whether a file system of this type can map ids on this kernel; null when the table does not know the type.</summary>
    internal static bool? Of(string type, KernelVersion kernel)
    {
        foreach ((string known, int major, int minor) in Since)
        {
            if (known == type)
            {
                return kernel.IsAtLeast(major, minor);
            }
        }

        // Without root's ids on the server there is nothing to map.
        return type is "nfs" or "nfs4" or "cifs" or "smb3" or "9p" or "exfat" or "fuseblk" ? false : null;
    }

    /// <summary>Whether an overlay can write into a directory of this type: not into another overlay, and not where xattrs or d_type are missing.</summary>
    internal static bool CanHoldUpper(string type) =>
        type is not ("overlay" or "nfs" or "nfs4" or "cifs" or "smb3" or "vfat" or "msdos" or "exfat" or "9p" or "ntfs3");
}
