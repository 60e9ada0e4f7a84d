using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>
/// File descriptors as numbers: open, read, write, close. The engine keeps descriptors as integers because it hands them to children, to
/// peers and to system calls; who opens one closes it.
/// </summary>
public static unsafe partial class Descriptors
{
#pragma warning disable CS1591 // Flags have the names and values of openat2(2).
    public const ulong RESOLVE_NO_XDEV = 0x01;
    public const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    public const ulong RESOLVE_NO_SYMLINKS = 0x04;
    public const ulong RESOLVE_BENEATH = 0x08;
    public const ulong RESOLVE_IN_ROOT = 0x10;
#pragma warning restore CS1591

    /// <summary>The directory argument that stands for the working directory.</summary>
    public const int CurrentDirectory = -100;

    /// <summary>Opens a path that is trusted: no part of it can be laid by a container. Always close-on-exec.</summary>
    public static int Open(string path, int flags, uint mode = 0) => OpenAt(CurrentDirectory, path, flags, mode);

    /// <summary>Opens a path below a directory; see openat(2). Always close-on-exec.</summary>
    public static int OpenAt(int directory, string path, int flags, uint mode = 0)
    {
        int fd = OpenOrError(directory, path, flags, mode);
        return fd >= 0 ? fd : throw new LinuxException("open", -fd, path);
    }

    /// <summary>Opens a path that may well not open: the descriptor, or -1 and what the kernel answered, at no exception's cost.</summary>
    public static int TryOpen(string path, int flags, out int error)
    {
        int fd = OpenOrError(CurrentDirectory, path, flags, 0);
        error = fd >= 0 ? 0 : -fd;
        return fd >= 0 ? fd : -1;
    }

    /// <summary>Opens a path to refer to it only (O_PATH).</summary>
    public static int OpenPath(string path, bool directory = false) =>
        Open(path, O_PATH | (directory ? O_DIRECTORY : 0));

    /// <summary>
    /// Opens a path inside a root that a container can write to: symbolic links are followed as the container would follow them, never out
    /// of the root, and magic links not at all (openat2(2), RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS).
    /// </summary>
    public static int OpenInRoot(int root, string path, int flags, uint mode = 0) =>
        OpenResolved(root, path, flags, mode, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);

    /// <summary>The same for a path that may not be there: -1 where it is not (ENOENT, ENOTDIR).</summary>
    public static int TryOpenInRoot(int root, string path, int flags)
    {
        int fd = ResolvedOrError(root, CString.Of(path, "openat2"), flags, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
        return fd >= 0 ? fd : -fd is Errno.ENOENT or Errno.ENOTDIR ? -1 : throw new LinuxException("openat2", -fd, path);
    }

    /// <summary>Opens a path with restrictions on its resolution; see openat2(2). Always close-on-exec.</summary>
    public static int OpenResolved(int directory, string path, int flags, uint mode, ulong resolve) =>
        OpenResolved(directory, CString.Of(path, "openat2"), path, flags, mode, resolve);

    /// <summary>The same for a path of bytes.</summary>
    /// <param name="directory">The directory that it is relative to.</param>
    /// <param name="path">The path with its NUL.</param>
    /// <param name="shown">The path as errors show it.</param>
    /// <param name="flags">As open(2) has them.</param>
    /// <param name="mode">The mode of a file that is made.</param>
    /// <param name="resolve">RESOLVE_ flags.</param>
    internal static int OpenResolved(int directory, byte[] path, string shown, int flags, uint mode, ulong resolve)
    {
        int fd = ResolvedOrError(directory, path, flags, mode, resolve);
        return fd >= 0 ? fd : throw new LinuxException("openat2", -fd, shown);
    }

    // The descriptor, or the kernel's answer below zero.
    private static int OpenOrError(int directory, string path, int flags, uint mode)
    {
        fixed (byte* name = CString.Of(path, "open"))
        {
            int fd = openat(directory, name, flags | O_CLOEXEC, (mode_t)mode);
            return fd >= 0 ? fd : -Marshal.GetLastPInvokeError();
        }
    }

    private static int ResolvedOrError(int directory, byte[] path, int flags, uint mode, ulong resolve)
    {
        ulong* how = stackalloc ulong[3];
        how[0] = (ulong)(uint)(flags | O_CLOEXEC);
        how[1] = mode;
        how[2] = resolve;
        fixed (byte* name = path)
        {
            // EAGAIN: the path was renamed under the walk; the man page asks for another try, the bound keeps a hostile renamer from holding us.
            for (int attempt = 0; ; attempt++)
            {
                long fd = (long)syscall(SystemCall.openat2, directory, name, how, 24);
                if (fd >= 0)
                {
                    return (int)fd;
                }

                int error = Marshal.GetLastPInvokeError();
                if (error != Errno.EAGAIN || attempt == 127)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>Closes a descriptor; a negative number is none and is ignored.</summary>
    public static void Close(int fd)
    {
        if (fd >= 0)
        {
            // The descriptor is gone whatever close(2) answers, and EINTR must not be retried on Linux.
            _ = close(fd);
        }
    }

    /// <summary>Closes the descriptor that an object keeps, and forgets it: at a second call its number may be another's.</summary>
    public static void CloseOnce(ref int fd) => Close(Interlocked.Exchange(ref fd, -1));

    /// <summary>Closes all descriptors from <paramref name="first"/> on, or marks them close-on-exec; see close_range(2).</summary>
    public static void CloseFrom(int first, bool onExec) =>
        LinuxException.Check(syscall(SystemCall.close_range, first, uint.MaxValue, onExec ? 4 : 0), "close_range");

    /// <summary>Closes all descriptors but the standard streams and some others.</summary>
    public static void CloseAllBut(params ReadOnlySpan<int> kept)
    {
        int[] sorted = kept.ToArray();
        Array.Sort(sorted);
        int first = 3;
        foreach (int fd in sorted)
        {
            if (fd > first)
            {
                LinuxException.Check(syscall(SystemCall.close_range, first, fd - 1, 0), "close_range");
            }

            first = Math.Max(first, fd + 1);
        }

        CloseFrom(first, onExec: false);
    }

    /// <summary>Duplicates a descriptor onto a number that an exec keeps.</summary>
    public static void DuplicateTo(int fd, int target)
    {
        if (fd == target)
        {
            SetCloseOnExec(fd, false);
        }
        else if (dup2(fd, target) < 0)
        {
            LinuxException.ThrowLast("dup2");
        }
    }

    /// <summary>Duplicates a descriptor onto the lowest free number from <paramref name="minimum"/> on, close-on-exec.</summary>
    public static int Duplicate(int fd, int minimum = 3)
    {
        int copy = fcntl(fd, 1030 /* F_DUPFD_CLOEXEC */, minimum);
        if (copy < 0)
        {
            LinuxException.ThrowLast("fcntl(F_DUPFD_CLOEXEC)");
        }

        return copy;
    }

    /// <summary>Says whether an exec closes the descriptor.</summary>
    public static void SetCloseOnExec(int fd, bool closeOnExec)
    {
        if (fcntl(fd, 2 /* F_SETFD */, closeOnExec ? 1 : 0) < 0)
        {
            LinuxException.ThrowLast("fcntl(F_SETFD)");
        }
    }

    /// <summary>Says whether reads and writes of the descriptor wait.</summary>
    public static void SetNonBlocking(int fd, bool nonBlocking)
    {
        int flags = fcntl(fd, 3 /* F_GETFL */);
        if (flags < 0 || fcntl(fd, 4 /* F_SETFL */, nonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK) < 0)
        {
            LinuxException.ThrowLast("fcntl(F_SETFL)");
        }
    }

    /// <summary>Whether reads and writes of the descriptor do not wait.</summary>
    public static bool IsNonBlocking(int fd)
    {
        int flags = fcntl(fd, 3 /* F_GETFL */);
        if (flags < 0)
        {
            LinuxException.ThrowLast("fcntl(F_GETFL)");
        }

        return (flags & O_NONBLOCK) != 0;
    }

    /// <summary>Whether the descriptor is a terminal.</summary>
    public static bool IsTerminal(int fd) => isatty(fd) == 1;

    /// <summary>Whether the number is an open descriptor of this process.</summary>
    public static bool IsOpen(int fd) => fcntl(fd, 1 /* F_GETFD */) >= 0;

    /// <summary>A pipe whose ends are close-on-exec.</summary>
    public static (int Read, int Write) Pipe(bool nonBlocking = false)
    {
        int* ends = stackalloc int[2];
        if (pipe2(ends, O_CLOEXEC | (nonBlocking ? O_NONBLOCK : 0)) < 0)
        {
            LinuxException.ThrowLast("pipe2");
        }

        return (ends[0], ends[1]);
    }

    /// <summary>An anonymous file in memory, open for reading and writing; see memfd_create(2).</summary>
    public static int MemoryFile(string name)
    {
        fixed (byte* text = CString.Of(name, "memfd_create"))
        {
            int fd = memfd_create(text, 1 /* MFD_CLOEXEC */ | 2 /* MFD_ALLOW_SEALING */);
            if (fd < 0)
            {
                LinuxException.ThrowLast("memfd_create", name);
            }

            return fd;
        }
    }

    /// <summary>Seals an anonymous file for good: no write, growth, shrinking or further seal; see fcntl(2), F_ADD_SEALS.</summary>
    public static void Seal(int fd)
    {
        if (fcntl(fd, 1033 /* F_ADD_SEALS */, 0xF) < 0)
        {
            LinuxException.ThrowLast("fcntl(F_ADD_SEALS)");
        }
    }

    /// <summary>Moves the file position.</summary>
    public static void Seek(int fd, long offset)
    {
        if ((long)lseek(fd, offset, 0) < 0)
        {
            LinuxException.ThrowLast("lseek");
        }
    }
}
