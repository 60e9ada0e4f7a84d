using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>
/// Locks on open files: those of fcntl(2) that belong to the open file description, as LXC uses them, and those of flock(2), which
/// directories can have. Both go with the last descriptor, so a killed process leaves none.
/// </summary>
public static unsafe class FileLocks
{
    private const int F_OFD_SETLK = 37;
    private const int F_OFD_SETLKW = 38;
    private const int LOCK_EX = 2;
    private const int LOCK_NB = 4;

    /// <summary>Takes the exclusive lock of a file open for writing; false when another open file has it.</summary>
    public static bool TryLock(int fd, string path) => Lock(fd, F_OFD_SETLK, "fcntl(F_OFD_SETLK)", path);

    /// <summary>Waits for the exclusive lock of a file open for writing, for as long as it takes.</summary>
    public static void Lock(int fd, string path) => Lock(fd, F_OFD_SETLKW, "fcntl(F_OFD_SETLKW)", path);

    /// <summary>Takes the exclusive lock of a directory; false when another open file has it.</summary>
    public static bool TryLockDirectory(int fd, string path)
    {
        if ((long)syscall(SystemCall.flock, fd, LOCK_EX | LOCK_NB) >= 0)
        {
            return true;
        }

        int error = Marshal.GetLastPInvokeError();
        return error == Errno.EAGAIN ? false : throw new LinuxException("flock", error, path);
    }

    private static bool Lock(int fd, int command, string call, string path)
    {
        // All zero is the whole file from its start; the pid has to be 0.
        Flock range = new() { Type = 1 /* F_WRLCK */ };
        while ((long)syscall(SystemCall.fcntl, fd, command, &range) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error is Errno.EAGAIN or Errno.EACCES)
            {
                return false;
            }

            if (error != Errno.EINTR)
            {
                throw new LinuxException(call, error, path);
            }
        }

        return true;
    }

    // struct flock of <fcntl.h> on 64-bit systems.
    [StructLayout(LayoutKind.Sequential)]
    private struct Flock
    {
        internal short Type;
        internal short Whence;
        internal long Start;
        internal long Length;
        internal int ProcessId;
    }
}
