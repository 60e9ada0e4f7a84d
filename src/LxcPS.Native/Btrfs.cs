using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>Subvolumes of btrfs; see linux/btrfs.h and btrfs-subvolume(8).</summary>
public static unsafe class Btrfs
{
    private const long Magic = 0x9123683E;
    private const ulong FirstInode = 256; // BTRFS_FIRST_FREE_OBJECTID: the root of every subvolume
    private const int SizeOfArguments = 4096;
    private const uint SUBVOL_CREATE_V2 = 0x50009418;
    private const uint SNAP_CREATE_V2 = 0x50009417;
    private const uint SNAP_DESTROY = 0x5000940F;
    private const uint SNAP_DESTROY_V2 = 0x5000943F;
    private const uint SUBVOL_GETFLAGS = 0x80089419;
    private const uint SUBVOL_SETFLAGS = 0x4008941A;
    private const uint TREE_SEARCH = 0xD0009411;
    private const uint INO_LOOKUP = 0xD0009412;
    private const uint QGROUP_LIMIT = 0x8030942B;
    private const ulong SUBVOL_RDONLY = 2;
    private const ulong SUBVOL_SPEC_BY_ID = 16;
    private const ulong QGROUP_LIMIT_MAX_RFER = 1;
    private const uint ROOT_REF_KEY = 156;
    private const ulong ROOT_TREE = 1;

    /// <summary>Whether an open file is on btrfs.</summary>
    public static bool IsOn(int fd)
    {
        // struct statfs begins with the type of the file system.
        ulong* status = stackalloc ulong[16];
        return (long)LinuxException.Check(syscall(SystemCall.fstatfs, fd, status), "fstatfs") >= 0 && (long)status[0] == Magic;
    }

    /// <summary>Whether an open directory is the root of a subvolume.</summary>
    public static bool IsSubvolume(int fd) => FileTree.Status(fd, string.Empty).Inode == FirstInode && IsOn(fd);

    /// <summary>Makes an empty subvolume.</summary>
    /// <param name="directory">The open directory that holds it.</param>
    /// <param name="name">Its name there.</param>
    public static void Create(int directory, string name) => Make(directory, SUBVOL_CREATE_V2, "ioctl(BTRFS_IOC_SUBVOL_CREATE_V2)", -1, Name(name));

    /// <summary>
    /// Makes a writable snapshot of a subvolume, and of those inside it, which a snapshot of the kernel's has as empty directories. What is read-only
    /// inside is so in the snapshot.
    /// </summary>
    /// <param name="source">The open root of the subvolume.</param>
    /// <param name="directory">The open directory that holds the snapshot; of the same file system.</param>
    /// <param name="name">Its name there.</param>
    public static void Snapshot(int source, int directory, string name)
    {
        Make(directory, SNAP_CREATE_V2, "ioctl(BTRFS_IOC_SNAP_CREATE_V2)", source, Name(name));
        int top = Descriptors.OpenAt(directory, name, OpenFlags.Directory | OpenFlags.NoFollow);
        try
        {
            SnapshotInside(source, IdOf(source), top);
        }
        finally
        {
            Descriptors.Close(top);
        }
    }

    /// <summary>Removes a subvolume with all that is in it, other subvolumes included; false where the name is none, or the caller may not.</summary>
    /// <param name="directory">The open directory that holds it.</param>
    /// <param name="name">Its name there, with a NUL at the end.</param>
    internal static bool TryRemove(int directory, byte[] name)
    {
        int error = Destroy(directory, name);
        if (error == Errno.ENOTEMPTY)
        {
            int fd = OpenDirectory(directory, name);
            try
            {
                return fd >= 0 && IsSubvolume(fd) && TryRemoveInside(fd, IdOf(fd)) && Destroy(directory, name) == 0;
            }
            catch (LinuxException e) when (e.Number == Errno.EPERM)
            {
                // A user may be allowed to remove subvolumes, and never to look for them.
                return false;
            }
            finally
            {
                Descriptors.Close(fd);
            }
        }

        return error == 0;
    }

    /// <summary>Limits what a subvolume may hold.</summary>
    /// <param name="fd">Its open root.</param>
    /// <param name="bytes">The most bytes.</param>
    /// <exception cref="LinuxException">ENOTCONN or EINVAL: quotas are not enabled on the file system.</exception>
    public static void Limit(int fd, long bytes)
    {
        // Group 0 is that of the subvolume which the descriptor is in.
        ulong* arguments = stackalloc ulong[6];
        new Span<ulong>(arguments, 6).Clear();
        arguments[1] = QGROUP_LIMIT_MAX_RFER;
        arguments[2] = (ulong)bytes;
        LinuxException.Check(syscall(SystemCall.ioctl, fd, QGROUP_LIMIT, arguments), "ioctl(BTRFS_IOC_QGROUP_LIMIT)");
    }

    private static void SnapshotInside(int source, ulong sourceId, int target)
    {
        foreach ((_, byte[] parent, byte[] name) in Inside(source, sourceId))
        {
            int from = -1;
            int above = -1;
            int copy = -1;
            try
            {
                above = parent.Length == 0 ? Descriptors.Duplicate(target) : OpenOrThrow(target, [.. parent, 0]);
                from = OpenOrThrow(source, [.. parent, .. name, 0]);
                byte[] terminated = [.. name, 0];
                fixed (byte* text = terminated)
                {
                    LinuxException.Check((long)unlinkat(above, text, AT_REMOVEDIR), "rmdir", Encoding.UTF8.GetString(name));
                }

                Make(above, SNAP_CREATE_V2, "ioctl(BTRFS_IOC_SNAP_CREATE_V2)", from, name);
                copy = OpenOrThrow(above, terminated);
                SnapshotInside(from, IdOf(from), copy);
                ulong flags = 0;
                LinuxException.Check(syscall(SystemCall.ioctl, from, SUBVOL_GETFLAGS, &flags), "ioctl(BTRFS_IOC_SUBVOL_GETFLAGS)");
                if ((flags & SUBVOL_RDONLY) != 0)
                {
                    LinuxException.Check(syscall(SystemCall.ioctl, copy, SUBVOL_SETFLAGS, &flags), "ioctl(BTRFS_IOC_SUBVOL_SETFLAGS)");
                }
            }
            finally
            {
                Descriptors.Close(from);
                Descriptors.Close(above);
                Descriptors.Close(copy);
            }
        }
    }

    private static bool TryRemoveInside(int fd, ulong id)
    {
        foreach (ulong inner in ChildrenOf(fd, id).Select(child => child.Id))
        {
            if (!TryRemoveInside(fd, inner))
            {
                return false;
            }

            if (!TryDestroy(fd, inner))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryDestroy(int fd, ulong id)
    {
        byte* arguments = stackalloc byte[SizeOfArguments];
        new Span<byte>(arguments, SizeOfArguments).Clear();
        ((ulong*)arguments)[2] = SUBVOL_SPEC_BY_ID;
        ((ulong*)arguments)[7] = id;
        return (long)syscall(SystemCall.ioctl, fd, SNAP_DESTROY_V2, arguments) >= 0;
    }

    // The subvolumes inside another: by the directory that holds each, with a slash at its end, and its name there.
    private static List<(ulong Id, byte[] Parent, byte[] Name)> Inside(int fd, ulong id)
    {
        List<(ulong, byte[], byte[])> found = [];
        foreach ((ulong child, ulong directory, byte[] name) in ChildrenOf(fd, id))
        {
            found.Add((child, PathOf(fd, id, directory), name));
        }

        return found;
    }

    private static byte[] PathOf(int fd, ulong id, ulong directory)
    {
        byte* arguments = stackalloc byte[SizeOfArguments];
        new Span<byte>(arguments, SizeOfArguments).Clear();
        ((ulong*)arguments)[0] = id;
        ((ulong*)arguments)[1] = directory;
        LinuxException.Check(syscall(SystemCall.ioctl, fd, INO_LOOKUP, arguments), "ioctl(BTRFS_IOC_INO_LOOKUP)");
        ReadOnlySpan<byte> path = new(arguments + 16, SizeOfArguments - 16);
        return path[..path.IndexOf((byte)0)].ToArray();
    }

    // The references of a subvolume to those inside it, in the tree of roots. Only root may look there.
    private static List<(ulong Id, ulong Directory, byte[] Name)> ChildrenOf(int fd, ulong id)
    {
        const int SizeOfKey = 104;
        const int SizeOfHeader = 32;
        List<(ulong, ulong, byte[])> found = [];
        byte* arguments = stackalloc byte[SizeOfArguments];
        for (ulong next = 0; ;)
        {
            new Span<byte>(arguments, SizeOfArguments).Clear();
            ulong* key = (ulong*)arguments;
            (key[0], key[1], key[2], key[3], key[4], key[6]) = (ROOT_TREE, id, id, next, ulong.MaxValue, ulong.MaxValue);
            uint* types = (uint*)(key + 7);
            (types[0], types[1], types[2]) = (ROOT_REF_KEY, ROOT_REF_KEY, 64);
            LinuxException.Check(syscall(SystemCall.ioctl, fd, TREE_SEARCH, arguments), "ioctl(BTRFS_IOC_TREE_SEARCH)");
            if (types[2] == 0)
            {
                return found;
            }

            byte* item = arguments + SizeOfKey;
            for (uint i = 0; i < types[2]; i++)
            {
                ulong child = ((ulong*)item)[2];
                int length = (int)((uint*)item)[7];
                ReadOnlySpan<byte> data = new(item + SizeOfHeader, length);
                int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(data[16..]);
                found.Add((child, BinaryPrimitives.ReadUInt64LittleEndian(data), data.Slice(18, nameLength).ToArray()));
                next = child + 1;
                item += SizeOfHeader + length;
            }
        }
    }

    private static ulong IdOf(int fd)
    {
        byte* arguments = stackalloc byte[SizeOfArguments];
        new Span<byte>(arguments, SizeOfArguments).Clear();
        ((ulong*)arguments)[1] = FirstInode;
        LinuxException.Check(syscall(SystemCall.ioctl, fd, INO_LOOKUP, arguments), "ioctl(BTRFS_IOC_INO_LOOKUP)");
        return ((ulong*)arguments)[0];
    }

    private static void Make(int directory, uint request, string call, int source, ReadOnlySpan<byte> name)
    {
        byte* arguments = stackalloc byte[SizeOfArguments];
        new Span<byte>(arguments, SizeOfArguments).Clear();
        ((long*)arguments)[0] = source;
        name.CopyTo(new Span<byte>(arguments + 56, SizeOfArguments - 56));
        LinuxException.Check(syscall(SystemCall.ioctl, directory, request, arguments), call, Encoding.UTF8.GetString(name));
    }

    private static int Destroy(int directory, ReadOnlySpan<byte> name)
    {
        byte* arguments = stackalloc byte[SizeOfArguments];
        new Span<byte>(arguments, SizeOfArguments).Clear();
        name.CopyTo(new Span<byte>(arguments + 8, SizeOfArguments - 8));
        return (long)syscall(SystemCall.ioctl, directory, SNAP_DESTROY, arguments) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    private static int OpenOrThrow(int directory, byte[] path) =>
        OpenDirectory(directory, path) is >= 0 and int fd ? fd : throw new LinuxException("openat2", Marshal.GetLastPInvokeError(), Encoding.UTF8.GetString(path.AsSpan()[..^1]));

    private static int OpenDirectory(int directory, byte[] path)
    {
        ulong* how = stackalloc ulong[3];
        (how[0], how[1], how[2]) = ((ulong)(uint)(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), 0, Descriptors.RESOLVE_BENEATH | Descriptors.RESOLVE_NO_SYMLINKS);
        fixed (byte* text = path)
        {
            return (int)(long)syscall(SystemCall.openat2, directory, text, how, 24);
        }
    }

    private static byte[] Name(string name) => CString.Of(name, "ioctl").AsSpan()[..^1].ToArray();
}
