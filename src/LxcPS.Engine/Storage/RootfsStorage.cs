using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Storage;

/// <summary>What the backends have in common for those who make root file systems: which one, where, how large.</summary>
internal static class RootfsStorage
{
    /// <summary>The backend to use.</summary>
    /// <param name="options">What is asked for, with a type.</param>
    /// <param name="directory">The container's directory.</param>
    /// <param name="isShared">Whether a directory is to be the root file system that could be laid under.</param>
    /// <param name="takesVolume">Whether a volume will do where the best is asked for.</param>
    /// <param name="name">The container.</param>
    /// <exception cref="LxcException">StorageUnsupported; PermissionDenied: the caller is not root.</exception>
    internal static StorageType Choose(StorageOptions options, string directory, bool isShared, bool takesVolume, string name)
    {
        StorageType type = options.Type switch
        {
            StorageType.Best when isShared && options.Size == 0 => StorageType.Overlay,
            StorageType.Best when Processes.EffectiveUserId != 0 => StorageType.Dir,
            StorageType.Best when IsOnBtrfs(directory) => StorageType.Btrfs,
            StorageType.Best => takesVolume ? Configured() : StorageType.Dir,
            { } other => other,
            null => StorageType.Dir,
        };
        if ((type == StorageType.Btrfs || IsMounted(type)) && Processes.EffectiveUserId != 0)
        {
            throw new LxcException(LxcErrorId.PermissionDenied, $"The storage {type} of container '{name}' can be made by root alone")
            {
                ContainerName = name,
                Errno = Errno.EPERM,
                Advice = "Use Dir, or run the session as root.",
            };
        }

        if (type == StorageType.Btrfs && !IsOnBtrfs(directory))
        {
            throw Unsupported(name, $"'{DisplayText.Of(Path.GetDirectoryName(directory)!)}' is not on btrfs, and holds no subvolumes", "Use another LxcPath, or the storage Dir or Loop.");
        }

        if (type == StorageType.Lvm)
        {
            LvmTools.Require(name);
        }
        else if (type == StorageType.Zfs)
        {
            ZfsStorage.Require(name);
        }

        if (options.Size != 0 && type is StorageType.Dir or StorageType.Overlay)
        {
            throw Unsupported(name, $"The storage {type} cannot be limited to a size", "Use Loop, Lvm or Zfs, or Btrfs with quotas enabled, or leave -Size out.");
        }

        return options.FileSystem is null || type is StorageType.Loop or StorageType.Lvm ? type
            : throw Unsupported(name, $"The storage {type} has no file system of its own to choose", "Leave -FileSystem out, or use -Storage Loop.");
    }

    /// <summary>Whether it is mounted to be filled.</summary>
    internal static bool IsMounted(StorageType type) => type is StorageType.Loop or StorageType.Lvm or StorageType.Zfs;

    /// <summary>What <c>lxc.rootfs.path</c> is for a root file system in a container's directory; the places are LXC's.</summary>
    internal static string PathOf(StorageType type, string directory) => type switch
    {
        StorageType.Dir => $"dir:{directory}/rootfs",
        StorageType.Btrfs => $"btrfs:{directory}/rootfs",
        StorageType.Loop => $"loop:{directory}/rootdev",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Makes an empty subvolume as root file system.</summary>
    /// <exception cref="LxcException">StorageUnsupported: there are no quotas; StorageFull or StorageFailed.</exception>
    internal static void MakeSubvolume(string directory, long size, string name)
    {
        int parent = Descriptors.Open(directory, OpenFlags.Directory);
        try
        {
            Btrfs.Create(parent, "rootfs");
            Limit(parent, size, name);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The subvolume '{DisplayText.Of(directory)}/rootfs' cannot be made", name);
        }
        finally
        {
            Descriptors.Close(parent);
        }
    }

    /// <summary>Makes a snapshot of a subvolume as root file system; false where both are not of one file system.</summary>
    /// <exception cref="LxcException">StorageUnsupported: there are no quotas; StorageFull or StorageFailed.</exception>
    internal static bool TrySnapshot(string source, string directory, long size, string name)
    {
        int from = -1;
        int parent = -1;
        try
        {
            from = Descriptors.Open(source, OpenFlags.Directory);
            parent = Descriptors.Open(directory, OpenFlags.Directory);
            if (!Btrfs.IsSubvolume(from))
            {
                return false;
            }

            Btrfs.Snapshot(from, parent, "rootfs");
            Limit(parent, size, name);
            return true;
        }
        catch (LinuxException e) when (e.Number == Errno.EXDEV)
        {
            return false;
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The snapshot '{DisplayText.Of(directory)}/rootfs' of '{DisplayText.Of(source)}' cannot be made", name);
        }
        finally
        {
            Descriptors.Close(from);
            Descriptors.Close(parent);
        }
    }

    /// <summary>The error of a backend that cannot do what is asked for.</summary>
    internal static LxcException Unsupported(string name, string message, string advice) =>
        new(LxcErrorId.StorageUnsupported, message) { ContainerName = name, Step = "storage", Advice = advice };

    private static StorageType Configured()
    {
        SystemSettings settings = SystemSettings.Read();
        return settings.IsSet(SystemSettings.ZfsRoot) ? StorageType.Zfs : settings.IsSet(SystemSettings.LvmGroup) ? StorageType.Lvm : StorageType.Dir;
    }

    private static void Limit(int parent, long size, string name)
    {
        if (size == 0)
        {
            return;
        }

        int root = Descriptors.OpenAt(parent, "rootfs", OpenFlags.Directory | OpenFlags.NoFollow);
        try
        {
            Btrfs.Limit(root, size);
        }
        catch (LinuxException e) when (e.Number is Errno.EINVAL or Errno.ENOTCONN or Errno.ENOENT)
        {
            throw Unsupported(name, "The subvolume cannot be limited to a size: quotas are not enabled on its file system", "Enable them with 'btrfs quota enable', or leave -Size out.");
        }
        finally
        {
            Descriptors.Close(root);
        }
    }

    private static bool IsOnBtrfs(string directory)
    {
        int fd = Descriptors.Open(directory, OpenFlags.Directory);
        try
        {
            return Btrfs.IsOn(fd);
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }
}
