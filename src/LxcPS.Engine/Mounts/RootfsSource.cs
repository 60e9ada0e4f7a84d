using LxcPS.Engine.Storage;
using LxcPS.Native;
using static LxcPS.Native.MountCalls;

namespace LxcPS.Engine.Mounts;

/// <summary>The storage of a root file system: what <c>lxc.rootfs.path</c> names.</summary>
public sealed class RootfsSource
{
    // Without CAP_SYS_ADMIN on the host the marks of an overlay can be user attributes alone.
    private const string UserMarks = "userxattr";

    private RootfsSource(string text, string type, IReadOnlyList<string> lower, string directory)
    {
        Text = text;
        Type = type;
        Lower = lower;
        Directory = directory;
    }

    /// <summary>As <c>lxc.rootfs.path</c> has it.</summary>
    public string Text { get; }

    /// <summary>The backing store: <c>dir</c>, <c>overlay</c>, <c>btrfs</c>, <c>loop</c>, <c>lvm</c> or <c>zfs</c>.</summary>
    public string Type { get; }

    /// <summary>The read-only layers of an overlay, the top one first.</summary>
    public IReadOnlyList<string> Lower { get; }

    /// <summary>What takes the container's writes: the directory that is the root itself, the upper layer, the file of a loop device, a volume, or the name of a dataset.</summary>
    public string Directory { get; }

    /// <summary>Whether it is a file system of its own, which is mounted where the root file system is used.</summary>
    public bool HasFileSystem => Type is "loop" or "lvm";

    /// <summary>Whether it is mounted where it is used, and no directory of the host's.</summary>
    public bool IsMounted => HasFileSystem || Type == "zfs";

    /// <summary>Reads <c>[type:]path</c>; without a type a path is a directory.</summary>
    /// <exception cref="LxcException">ConfigUnsupported: a backing store that this version does not have.</exception>
    public static RootfsSource Parse(string path)
    {
        int colon = path.IndexOf(':');
        string type = colon > 0 && !path.StartsWith('/') ? path[..colon] : "dir";
        string rest = colon > 0 && !path.StartsWith('/') ? path[(colon + 1)..] : path;
        switch (type)
        {
            case "dir" or "btrfs" or "loop" or "lvm" or "zfs":
                return new RootfsSource(path, type, [], rest);
            case "overlay" or "overlayfs":
                // LXC writes the layers bottom first: overlay:<lower>[:<lower>...]:<upper>.
                string[] layers = rest.Split(':');
                if (layers.Length < 2)
                {
                    throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The overlay '{path}' has no upper layer")
                    {
                        ConfigKey = "lxc.rootfs.path",
                        Advice = "Write overlay:<lower directory>:<upper directory>.",
                    };
                }

                return new RootfsSource(path, "overlay", layers[..^1], layers[^1]);
            default:
                throw new LxcException(LxcErrorId.ConfigUnsupported, $"The backing store '{type}' of '{path}' is not supported")
                {
                    ConfigKey = "lxc.rootfs.path",
                    Advice = "Use dir:<path>, btrfs:<path>, loop:<file>, lvm:<device>, zfs:<dataset> or overlay:<lower>:<upper>.",
                };
        }
    }

    /// <summary>
    /// The detached mount of the root file system, made by the monitor with its own rights.
    /// </summary>
    /// <param name="userNamespace">The container's user namespace when ids are mapped by the mount, else -1.</param>
    /// <param name="rootId">The host id of the container's root, for what an overlay makes itself.</param>
    /// <param name="options">Options of <c>lxc.rootfs.options</c> that are attributes of the mount, to set.</param>
    /// <param name="fileSystemOptions">Those that are the file system's, where it has one of its own.</param>
    /// <exception cref="LxcException">RootfsFailed.</exception>
    public int Open(int userNamespace, uint rootId, ulong options, IReadOnlyList<string>? fileSystemOptions = null)
    {
        try
        {
            int mount = Type switch
            {
                "overlay" => OpenOverlay(Lower, Directory, WorkDirectoryOf(Directory), userNamespace, rootId),
                "loop" => WithIds(LoopImage.Mount(Directory, fileSystemOptions ?? []), Directory, userNamespace),
                "lvm" => WithIds(LvmStorage.Mount(Directory, fileSystemOptions ?? []), Directory, userNamespace),
                "zfs" => OpenDirectory(ZfsStorage.Mount(Directory, string.Empty), userNamespace, recursive: false),
                _ => OpenDirectory(Directory, userNamespace, recursive: true),
            };
            if (options != 0)
            {
                SetAttributes(mount, options, 0, name: Directory);
            }

            return mount;
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.RootfsFailed, $"The root file system '{Directory}' cannot be mounted: {e.Message}", e)
            {
                Step = "rootfs",
                ConfigKey = "lxc.rootfs.path",
                Advice = e.Path?.StartsWith("/dev/loop", StringComparison.Ordinal) == true ? "Loop devices take root's rights, and the kernel's module loop."
                    : HasFileSystem && e.Number != Errno.ENOENT ? "See the kernel log, and check the file system with fsck."
                    : e.Number == Errno.ENOENT ? "Restore the directory, or point lxc.rootfs.path at it."
                    : e.Call.Contains("IDMAP", StringComparison.Ordinal) ? "This file system cannot map ids; make the container with -Privileged, or move it to ext4, xfs, btrfs or tmpfs."
                    : "See that the directory can be read and is on a file system that overlay accepts.",
            };
        }
    }

    /// <summary>
    /// An overlay whose layers map ids as the container does; the detached mount. The layers are handed to the kernel as descriptors, so no
    /// character of a path needs an escape, and no path is walked twice.
    /// </summary>
    public static int OpenOverlay(IReadOnlyList<string> lower, string upper, string work, int userNamespace, uint rootId)
    {
        List<int> open = [];
        try
        {
            // Upper and work directory must be seen through one mount: that of the directory which holds both.
            string parent = Path.GetDirectoryName(upper)!;
            if (Path.GetDirectoryName(work) != parent)
            {
                throw new LinuxException("overlay", Errno.EXDEV, work);
            }

            List<string> options = [];
            string layers = string.Empty;
            foreach (string layer in lower)
            {
                int fd = Layer(layer);
                layers = $"/proc/self/fd/{fd}{(layers.Length == 0 ? string.Empty : ":" + layers)}";
            }

            int store = Layer(parent);
            options.Add("lowerdir=" + layers);
            options.Add($"upperdir=/proc/self/fd/{store}/{Path.GetFileName(upper)}");
            options.Add($"workdir=/proc/self/fd/{store}/{Path.GetFileName(work)}");

            bool isUser = Processes.EffectiveUserId != 0;
            if (isUser)
            {
                options.Add(UserMarks);
            }

            // What the overlay makes for itself belongs to whoever mounts it, and the host's root has no id in the mapped layers.
            int MakeMount() => userNamespace < 0 && !isUser
                ? Make("overlay", "overlay", options, 0)
                : FileIdentity.RunAs(rootId, () => Make("overlay", "overlay", options, 0));
            if (isUser)
            {
                // In a child: the user's own id is none in the namespace, and nobody who has taken another comes back to it.
                return AttachedLayers.Make(open, parent, MakeMount);
            }

            try
            {
                return MakeMount();
            }
            catch (LinuxException e) when (e.Number == Errno.EINVAL)
            {
                // Kernels before 6.15 take layers only from the mount namespace of the caller.
                return AttachedLayers.Make(open, parent, MakeMount);
            }
        }
        finally
        {
            foreach (int fd in open)
            {
                Descriptors.Close(fd);
            }
        }

        int Layer(string path)
        {
            int fd = CloneTree(Descriptors.CurrentDirectory, path, recursive: false);
            open.Add(fd);
            if (userNamespace >= 0)
            {
                SetAttributes(fd, MOUNT_ATTR_IDMAP, 0, name: path, userNamespace: userNamespace);
            }

            return fd;
        }
    }

    /// <summary>The work directory of an overlay, beside its upper layer: <c>work</c>, which LXC 5 makes, if it is there, or else <c>olwork</c>.</summary>
    public static string WorkDirectoryOf(string upper)
    {
        string beside = Path.GetDirectoryName(upper)!;
        string work = Path.Combine(beside, "work");
        return System.IO.Directory.Exists(work) ? work : Path.Combine(beside, "olwork");
    }

    /// <summary>The detached mount that the root file system is read from: nothing of the host's that is mounted in it, and read-only.</summary>
    /// <exception cref="LxcException">RootfsFailed.</exception>
    /// <exception cref="LinuxException">The directory cannot be opened.</exception>
    internal int OpenToRead() => Type == "overlay" || IsMounted ? Open(-1, 0, MOUNT_ATTR_RDONLY) : OpenDirectory(Directory, -1, recursive: false);

    /// <summary>
    /// As <see cref="OpenToRead"/>, but layers are laid one over the other without an upper one, so that nothing of the container is touched.
    /// </summary>
    /// <exception cref="LxcException">RootfsFailed.</exception>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal int OpenWhole()
    {
        if (Type != "overlay")
        {
            return OpenToRead();
        }

        List<int> layers = [];
        try
        {
            foreach (string layer in Lower.Append(Directory).Reverse())
            {
                layers.Add(Descriptors.OpenPath(layer, directory: true));
            }

            string lower = "lowerdir=" + string.Join(':', layers.Select(fd => $"/proc/self/fd/{fd}"));
            return Make("overlay", "overlay", Processes.EffectiveUserId == 0 ? [lower] : [lower, UserMarks], MOUNT_ATTR_RDONLY);
        }
        finally
        {
            layers.ForEach(Descriptors.Close);
        }
    }

    /// <summary>A directory, whose owners are mapped as a user namespace maps them; the detached mount.</summary>
    internal static int OpenDirectory(string directory, int userNamespace, bool recursive)
    {
        int mount = CloneTree(Descriptors.CurrentDirectory, directory, recursive);
        return FileTree.Status(mount, string.Empty).IsDirectory ? WithIds(mount, directory, userNamespace) : throw NoDirectory(mount, directory);
    }

    private static LinuxException NoDirectory(int mount, string directory)
    {
        Descriptors.Close(mount);
        return new LinuxException("open_tree", Errno.ENOTDIR, directory);
    }

    private static int WithIds(int mount, string directory, int userNamespace)
    {
        try
        {
            if (userNamespace >= 0)
            {
                SetAttributes(mount, MOUNT_ATTR_IDMAP, 0, name: directory, userNamespace: userNamespace);
            }

            return mount;
        }
        catch
        {
            Descriptors.Close(mount);
            throw;
        }
    }
}
