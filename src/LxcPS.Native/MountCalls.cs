using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>
/// Mounts by the descriptor-based interface (fsopen(2), open_tree(2), move_mount(2), mount_setattr(2)): no path is walked twice, so a
/// container cannot slip a link between the check of a target and the mount on it.
/// </summary>
public static unsafe class MountCalls
{
#pragma warning disable CS1591 // Flags have the names and values of linux/mount.h.
    public const ulong MOUNT_ATTR_RDONLY = 0x1;
    public const ulong MOUNT_ATTR_NOSUID = 0x2;
    public const ulong MOUNT_ATTR_NODEV = 0x4;
    public const ulong MOUNT_ATTR_NOEXEC = 0x8;
    public const ulong MOUNT_ATTR__ATIME = 0x70;
    public const ulong MOUNT_ATTR_RELATIME = 0;
    public const ulong MOUNT_ATTR_NOATIME = 0x10;
    public const ulong MOUNT_ATTR_STRICTATIME = 0x20;
    public const ulong MOUNT_ATTR_NODIRATIME = 0x80;
    public const ulong MOUNT_ATTR_IDMAP = 0x100000;
    public const ulong MOUNT_ATTR_NOSYMFOLLOW = 0x200000;
    public const ulong PropagationPrivate = 1UL << 18;
    public const ulong PropagationSlave = 1UL << 19;
    public const ulong PropagationShared = 1UL << 20;
    public const ulong PropagationUnbindable = 1UL << 17;
#pragma warning restore CS1591

    private const int AT_RECURSIVE = 0x8000;
    private const int OPEN_TREE_CLONE = 1;
    private const int OPEN_TREE_CLOEXEC = 0x80000;
    private const int FSOPEN_CLOEXEC = 1;
    private const int FSMOUNT_CLOEXEC = 1;
    private const int FSCONFIG_SET_FLAG = 0;
    private const int FSCONFIG_SET_STRING = 1;
    private const int FSCONFIG_CMD_CREATE = 6;
    private const int MOVE_MOUNT_F_EMPTY_PATH = 4;
    private const int MOVE_MOUNT_T_EMPTY_PATH = 0x40;

    /// <summary>
    /// A detached copy of the mount at a path, with what is mounted below it when recursive. What is mounted in the original later appears in
    /// the copy where the original is shared, and nothing goes the other way.
    /// </summary>
    public static int CloneTree(int directory, string path, bool recursive, bool followLink = true)
    {
        int mount;
        fixed (byte* name = CString.Of(path, "open_tree"))
        {
            int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0) | (followLink ? 0 : AT_SYMLINK_NOFOLLOW);
            mount = (int)LinuxException.Check(syscall(SystemCall.open_tree, directory, name, flags), "open_tree", path);
        }

        try
        {
            // A copy of a shared mount is its peer (mount_namespaces(7)): who gets it could mount in the original.
            SetAttributes(mount, 0, 0, PropagationSlave, recursive, path);
            return mount;
        }
        catch
        {
            Descriptors.Close(mount);
            throw;
        }
    }

    /// <summary>Attaches a detached mount to the directory or file that the target descriptor refers to.</summary>
    public static void Move(int mount, int target, string targetName)
    {
        byte empty = 0;
        LinuxException.Check(
            syscall(SystemCall.move_mount, mount, &empty, target, &empty, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH),
            "move_mount", targetName);
    }

    /// <summary>Attaches a detached mount to a directory, and closes it: it stays there.</summary>
    public static void Attach(int mount, string directory)
    {
        int target = -1;
        try
        {
            target = Descriptors.OpenPath(directory, directory: true);
            Move(mount, target, directory);
        }
        finally
        {
            Descriptors.Close(target);
            Descriptors.Close(mount);
        }
    }

    /// <summary>Changes attributes and propagation of a mount and, when recursive, of all below it.</summary>
    public static void SetAttributes(int mount, ulong set, ulong clear, ulong propagation = 0, bool recursive = false, string name = "", int userNamespace = -1)
    {
        // The access time is a field of several bits: whoever changes it has to clear it whole.
        ulong* attributes = stackalloc ulong[4];
        attributes[0] = set;
        attributes[1] = ((set | clear) & MOUNT_ATTR__ATIME) != 0 ? clear | MOUNT_ATTR__ATIME : clear;
        attributes[2] = propagation;
        attributes[3] = userNamespace < 0 ? 0 : (ulong)userNamespace;
        byte empty = 0;
        LinuxException.Check(
            syscall(SystemCall.mount_setattr, mount, &empty, AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), attributes, 32),
            (set & MOUNT_ATTR_IDMAP) != 0 ? "mount_setattr(MOUNT_ATTR_IDMAP)" : "mount_setattr", name);
    }

    /// <summary>Changes the propagation of the mount at a path.</summary>
    public static void SetPropagation(string path, ulong propagation, bool recursive)
    {
        ulong* attributes = stackalloc ulong[4];
        attributes[0] = attributes[1] = attributes[3] = 0;
        attributes[2] = propagation;
        fixed (byte* name = CString.Of(path, "mount_setattr"))
        {
            LinuxException.Check(
                syscall(SystemCall.mount_setattr, AT_FDCWD, name, recursive ? AT_RECURSIVE : 0, attributes, 32), "mount_setattr", path);
        }
    }

    /// <summary>
    /// Makes a file system instance and returns its detached mount. The kernel's own words on a refused option come with the error.
    /// </summary>
    /// <param name="type">The file system type, e.g. <c>proc</c>.</param>
    /// <param name="source">The source, or null for none.</param>
    /// <param name="options">Options of the file system: <c>key=value</c> or a flag's name.</param>
    /// <param name="attributes">MOUNT_ATTR_ flags.</param>
    public static int Make(string type, string? source, IReadOnlyList<string> options, ulong attributes)
    {
        int context;
        fixed (byte* name = CString.Of(type, "fsopen"))
        {
            context = (int)LinuxException.Check(syscall(SystemCall.fsopen, name, FSOPEN_CLOEXEC), "fsopen", type);
        }

        try
        {
            if (source is not null)
            {
                Configure(context, FSCONFIG_SET_STRING, "source", source, type);
            }

            foreach (string option in options)
            {
                int equals = option.IndexOf('=');
                if (equals < 0)
                {
                    Configure(context, FSCONFIG_SET_FLAG, option, null, type);
                }
                else
                {
                    Configure(context, FSCONFIG_SET_STRING, option[..equals], option[(equals + 1)..], type);
                }
            }

            Configure(context, FSCONFIG_CMD_CREATE, null, null, type);
            long mount = (long)syscall(SystemCall.fsmount, context, FSMOUNT_CLOEXEC, (void*)attributes);
            return mount >= 0 ? (int)mount : throw Refused("fsmount", context, type);
        }
        finally
        {
            Descriptors.Close(context);
        }
    }

    private static void Configure(int context, int command, string? key, string? value, string type)
    {
        fixed (byte* keyText = key is null ? null : CString.Of(key, "fsconfig"))
        fixed (byte* valueText = value is null ? null : CString.Of(value, "fsconfig"))
        {
            if ((long)syscall(SystemCall.fsconfig, context, command, keyText, valueText, 0) < 0)
            {
                throw Refused("fsconfig", context, key is null ? type : value is null ? $"{type} {key}" : $"{type} {key}={value}");
            }
        }
    }

    private static LinuxException Refused(string call, int context, string what)
    {
        int error = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        byte[] buffer = new byte[512];
        string text = string.Empty;

        // The context's descriptor is a queue of messages ('e ' error, 'w ' warning, 'i ' information), see the kernel's mount_api.rst.
        fixed (byte* start = buffer)
        {
            long count;
            while ((count = (long)read(context, start, buffer.Length)) > 2)
            {
                text += $"; {System.Text.Encoding.UTF8.GetString(buffer, 2, (int)count - 2).TrimEnd()}";
            }
        }

        return new LinuxException(call, error, what + text);
    }

    /// <summary>The errno of mount(2), 0 when it did: the call whose arguments security modules are told.</summary>
    /// <param name="source">What is mounted.</param>
    /// <param name="target">Where.</param>
    /// <param name="type">The file system type.</param>
    /// <param name="flags">MS_ flags.</param>
    /// <param name="options">Options of the file system, with commas between them.</param>
    public static int TryMount(string source, string target, string type, ulong flags, string options)
    {
        fixed (byte* from = CString.Of(source, "mount"))
        fixed (byte* to = CString.Of(target, "mount"))
        fixed (byte* kind = CString.Of(type, "mount"))
        fixed (byte* data = CString.Of(options, "mount"))
        {
            return (long)syscall(SystemCall.mount, from, to, kind, (void*)flags, data) < 0 ? System.Runtime.InteropServices.Marshal.GetLastPInvokeError() : 0;
        }
    }

    /// <summary>Makes the working directory the root of the mount namespace and detaches the old root; see pivot_root(2), "pivot_root(".", ".")".</summary>
    public static void PivotToWorkingDirectory()
    {
        byte* dot = stackalloc byte[2];
        dot[0] = (byte)'.';
        dot[1] = 0;
        LinuxException.Check(syscall(SystemCall.pivot_root, dot, dot), "pivot_root", ".");
        if (umount2(dot, MNT_DETACH) < 0)
        {
            LinuxException.ThrowLast("umount2", "old root");
        }
    }

    /// <summary>Whether device nodes of the mount that an open file is on cannot be opened; see statfs(2), ST_NODEV.</summary>
    public static bool DeniesDevices(int fd, string path)
    {
        // struct statfs of 64-bit machines: ten numbers of eight bytes, then the flags.
        ulong* status = stackalloc ulong[16];
        LinuxException.Check(syscall(SystemCall.fstatfs, fd, status), "fstatfs", path);
        return (status[10] & 4) != 0;
    }

    /// <summary>The type of the file system that an open file is on: a magic number of statfs(2).</summary>
    public static long FileSystemType(int fd, string path)
    {
        ulong* status = stackalloc ulong[16];
        LinuxException.Check(syscall(SystemCall.fstatfs, fd, status), "fstatfs", path);
        return (long)status[0];
    }

    /// <summary>How many bytes of the file system that an open file is on are free for everybody; see statfs(2).</summary>
    public static ulong FreeBytes(int fd, string path)
    {
        // The size of a block is the second number, how many are free for everybody the fifth.
        ulong* status = stackalloc ulong[16];
        LinuxException.Check(syscall(SystemCall.fstatfs, fd, status), "fstatfs", path);
        return status[1] * status[4];
    }

    /// <summary>Detaches the mount at a path from the tree.</summary>
    public static void Detach(string path)
    {
        fixed (byte* name = CString.Of(path, "umount2"))
        {
            if (umount2(name, MNT_DETACH | 8 /* UMOUNT_NOFOLLOW */) < 0)
            {
                LinuxException.ThrowLast("umount2", path);
            }
        }
    }

    /// <summary>Changes the root directory; see chroot(2).</summary>
    public static void ChangeRoot(string path)
    {
        fixed (byte* name = CString.Of(path, "chroot"))
        {
            if (chroot(name) < 0)
            {
                LinuxException.ThrowLast("chroot", path);
            }
        }
    }
}
