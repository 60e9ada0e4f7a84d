using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>
/// Files by names that are bytes, as the kernel has them: a copy of a tree must keep names that are no UTF-8. No name is followed where it is a
/// symbolic link.
/// </summary>
public static unsafe class RawNames
{
    /// <summary>The name as text: what is no UTF-8 in it is shown as U+FFFD.</summary>
    public static string Show(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);

    /// <summary>Opens a name in a directory, never through a link. Always close-on-exec.</summary>
    public static int Open(int directory, ReadOnlySpan<byte> name, int flags, uint mode = 0)
    {
        fixed (byte* text = Terminated(name))
        {
            int fd = openat(directory, text, flags | O_CLOEXEC | O_NOFOLLOW, (mode_t)mode);
            return fd >= 0 ? fd : throw Failed("open", name);
        }
    }

    /// <summary>Opens a path inside a root that a container can write to; see <see cref="Descriptors.OpenInRoot"/>.</summary>
    public static int OpenInRoot(int root, ReadOnlySpan<byte> path, int flags) =>
        Descriptors.OpenResolved(root, Terminated(path), Show(path), flags, 0, Descriptors.RESOLVE_IN_ROOT | Descriptors.RESOLVE_NO_MAGICLINKS);

    /// <summary>The details of a name, or of the descriptor itself where the name is empty; null where there is none.</summary>
    public static FileDetails? TryRead(int directory, ReadOnlySpan<byte> name)
    {
        stat buffer;
        fixed (byte* text = Terminated(name))
        {
            if (fstatat(directory, text, &buffer, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                return error is Errno.ENOENT or Errno.ENOTDIR ? null : throw new LinuxException("stat", error, Show(name));
            }
        }

        return new FileDetails((uint)buffer.st_mode, (uint)buffer.st_uid, (uint)buffer.st_gid, (long)buffer.st_size, (ulong)buffer.st_dev,
            (ulong)buffer.st_ino, (ulong)buffer.st_nlink, MomentOf(buffer.st_atim), MomentOf(buffer.st_mtim));
    }

    /// <summary>The details of an open file.</summary>
    public static FileDetails Read(int fd, ReadOnlySpan<byte> name) => TryRead(fd, []) ?? throw new LinuxException("stat", Errno.ENOENT, Show(name));

    /// <summary>The text of a symbolic link.</summary>
    public static byte[] ReadLink(int directory, ReadOnlySpan<byte> name)
    {
        byte* buffer = stackalloc byte[4096];
        fixed (byte* text = Terminated(name))
        {
            long length = (long)readlinkat(directory, text, buffer, 4096);
            return length >= 0 ? new ReadOnlySpan<byte>(buffer, (int)length).ToArray() : throw Failed("readlink", name);
        }
    }

    /// <summary>Makes a directory; false when the name is there already.</summary>
    public static bool MakeDirectory(int directory, ReadOnlySpan<byte> name, uint mode)
    {
        fixed (byte* text = Terminated(name))
        {
            return mkdirat(directory, text, (mode_t)mode) >= 0 || (Marshal.GetLastPInvokeError() == Errno.EEXIST ? false : throw Failed("mkdir", name));
        }
    }

    /// <summary>Makes a symbolic link.</summary>
    public static void MakeSymbolicLink(ReadOnlySpan<byte> target, int directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* to = Terminated(target))
        fixed (byte* text = Terminated(name))
        {
            if (symlinkat(to, directory, text) < 0)
            {
                throw Failed("symlink", name);
            }
        }
    }

    /// <summary>Gives a file another name.</summary>
    public static void MakeLink(int oldDirectory, ReadOnlySpan<byte> oldName, int directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* old = Terminated(oldName))
        fixed (byte* text = Terminated(name))
        {
            if (linkat(oldDirectory, old, directory, text, 0) < 0)
            {
                throw Failed("link", name);
            }
        }
    }

    /// <summary>Renames within a directory; what is there already is replaced as rename(2) has it.</summary>
    public static void Rename(int directory, ReadOnlySpan<byte> oldName, ReadOnlySpan<byte> name) => Rename(directory, oldName, directory, name);

    /// <summary>Renames into another directory of the file system; what is there already is replaced as rename(2) has it.</summary>
    public static void Rename(int oldDirectory, ReadOnlySpan<byte> oldName, int directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* old = Terminated(oldName))
        fixed (byte* text = Terminated(name))
        {
            if ((long)syscall(SystemCall.renameat2, oldDirectory, old, directory, text, 0) < 0)
            {
                throw Failed("rename", name);
            }
        }
    }

    /// <summary>Removes a name that is no directory's; false when there was none.</summary>
    public static bool Remove(int directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* text = Terminated(name))
        {
            return unlinkat(directory, text, 0) >= 0 || (Marshal.GetLastPInvokeError() == Errno.ENOENT ? false : throw Failed("unlink", name));
        }
    }

    /// <summary>Changes owner and group; false where an id has no place in the caller's user namespace or in the mount's map. -1 leaves one as it is.</summary>
    public static bool TrySetOwner(int directory, ReadOnlySpan<byte> name, long userId, long groupId)
    {
        fixed (byte* text = Terminated(name))
        {
            return fchownat(directory, text, (uint)userId, (uint)groupId, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) >= 0
                || (Marshal.GetLastPInvokeError() is Errno.EINVAL or Errno.EOVERFLOW ? false : throw Failed("fchownat", name));
        }
    }

    /// <summary>Sets the times of a name.</summary>
    public static void SetTimes(int directory, ReadOnlySpan<byte> name, FileMoment accessed, FileMoment modified)
    {
        timespec* times = stackalloc timespec[2];
        times[0].tv_sec = accessed.Seconds;
        times[0].tv_nsec = accessed.Nanoseconds;
        times[1].tv_sec = modified.Seconds;
        times[1].tv_nsec = modified.Nanoseconds;
        fixed (byte* text = Terminated(name))
        {
            if (utimensat(directory, text, times, AT_SYMLINK_NOFOLLOW) < 0)
            {
                throw Failed("utimensat", name);
            }
        }
    }

    /// <summary>The next offset at which an open file has data; -1 where there is none from there on. The offset itself where the file system does not tell.</summary>
    public static long NextData(int fd, long offset) => Seek(fd, offset, 3 /* SEEK_DATA */, -1);

    /// <summary>The next offset from which on an open file has a hole, its end at the latest; the largest number where the file system does not tell.</summary>
    public static long NextHole(int fd, long offset) => Seek(fd, offset, 4 /* SEEK_HOLE */, offset);

    /// <summary>Cuts an open file, or lengthens it by a hole.</summary>
    public static void SetLength(int fd, long length, ReadOnlySpan<byte> name)
    {
        if (ftruncate(fd, length) < 0)
        {
            throw Failed("ftruncate", name);
        }
    }

    private static long Seek(int fd, long offset, int whence, long end)
    {
        long found = (long)lseek(fd, offset, whence);
        return found >= 0 ? found : Marshal.GetLastPInvokeError() == Errno.ENXIO ? end : whence == 3 ? offset : long.MaxValue;
    }

    private static FileMoment MomentOf(timespec time) => new((long)time.tv_sec, (int)(long)time.tv_nsec);

    private static LinuxException Failed(string call, ReadOnlySpan<byte> name) => new(call, Marshal.GetLastPInvokeError(), Show(name));

    internal static byte[] Terminated(ReadOnlySpan<byte> name)
    {
        if (name.Contains((byte)0))
        {
            throw new LinuxException("name", Errno.EINVAL, Show(name).Replace('\0', '?'));
        }

        byte[] text = new byte[name.Length + 1];
        name.CopyTo(text);
        return text;
    }
}
