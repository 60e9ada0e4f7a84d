using System.Runtime.InteropServices;

namespace LxcPS.Native;

/// <summary>
/// Starts a program from a process with many threads. posix_spawn(3) runs no managed code between clone and exec, and hands over exactly
/// the descriptors named.
/// </summary>
public static unsafe class Spawning
{
    private const short POSIX_SPAWN_SETSIGDEF = 0x04;
    private const short POSIX_SPAWN_SETSIGMASK = 0x08;
    private const short POSIX_SPAWN_SETSID = 0x80;

    /// <summary>Starts a program and returns its process id. The caller reaps it.</summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">With the program's name first.</param>
    /// <param name="environment">NAME=value strings.</param>
    /// <param name="descriptors">The descriptor for each number from 0 on; -1 gives /dev/null.</param>
    /// <param name="newSession">Whether it becomes a session leader, away from the caller's terminal and its signals.</param>
    /// <param name="blockSignals">Whether it begins with all signals blocked, in every thread that its runtime starts, because it reads them from a descriptor.</param>
    /// <param name="directory">The open directory to begin in, or -1 for the caller's.</param>
    public static int Start(
        string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, ReadOnlySpan<int> descriptors, bool newSession,
        bool blockSignals = false, int directory = -1)
    {
        using CStringArray argv = new(arguments, "posix_spawn");
        using CStringArray envp = new(environment, "posix_spawn");

        // Opaque structures of libc: 336 and 80 bytes on x86-64 and arm64; more does no harm.
        byte* attributes = stackalloc byte[512];
        byte* actions = stackalloc byte[256];
        Check(posix_spawnattr_init(attributes), path);
        Check(posix_spawn_file_actions_init(actions), path);
        int* copies = stackalloc int[descriptors.Length];
        int copied = 0;
        try
        {
            byte* set = stackalloc byte[128];
            new Span<byte>(set, 128).Clear();
            if (blockSignals)
            {
                *(ulong*)set = SignalHandling.All;
            }

            Check(posix_spawnattr_setsigmask(attributes, set), path);
            new Span<byte>(set, 8).Fill(0xFF);
            Check(posix_spawnattr_setsigdefault(attributes, set), path);
            Check(posix_spawnattr_setflags(attributes,
                (short)(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (newSession ? POSIX_SPAWN_SETSID : 0))), path);
            if (directory >= 0)
            {
                // Before its number is given to another.
                Check(posix_spawn_file_actions_addfchdir_np(actions, directory), path);
            }

            fixed (byte* nothing = "/dev/null\0"u8)
            {
                for (int i = 0; i < descriptors.Length; i++)
                {
                    if (descriptors[i] < 0)
                    {
                        Check(posix_spawn_file_actions_addopen(actions, i, nothing, 2, 0), path);
                        continue;
                    }

                    // A copy out of the way first: a source whose number is also a target would be overwritten before its turn.
                    copies[copied] = Descriptors.Duplicate(descriptors[i], 64);
                    Check(posix_spawn_file_actions_adddup2(actions, copies[copied++], i), path);
                }
            }

            int pid;
            fixed (byte* name = CString.Of(path, "posix_spawn"))
            {
                Check(posix_spawn(&pid, name, actions, attributes, argv.Pointers, envp.Pointers), path);
            }

            return pid;
        }
        finally
        {
            for (int i = 0; i < copied; i++)
            {
                Descriptors.Close(copies[i]);
            }

            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
        }
    }

    // These functions answer with the errno instead of setting it.
    private static void Check(int error, string path)
    {
        if (error != 0)
        {
            throw new LinuxException("posix_spawn", error, path);
        }
    }

    [DllImport("libc.so.6")]
    private static extern int posix_spawn(int* pid, byte* path, void* actions, void* attributes, byte** argv, byte** envp);

    [DllImport("libc.so.6")]
    private static extern int posix_spawnattr_init(void* attributes);

    [DllImport("libc.so.6")]
    private static extern int posix_spawnattr_destroy(void* attributes);

    [DllImport("libc.so.6")]
    private static extern int posix_spawnattr_setflags(void* attributes, short flags);

    [DllImport("libc.so.6")]
    private static extern int posix_spawnattr_setsigmask(void* attributes, void* set);

    [DllImport("libc.so.6")]
    private static extern int posix_spawnattr_setsigdefault(void* attributes, void* set);

    [DllImport("libc.so.6")]
    private static extern int posix_spawn_file_actions_init(void* actions);

    [DllImport("libc.so.6")]
    private static extern int posix_spawn_file_actions_destroy(void* actions);

    [DllImport("libc.so.6")]
    private static extern int posix_spawn_file_actions_addfchdir_np(void* actions, int fd);

    [DllImport("libc.so.6")]
    private static extern int posix_spawn_file_actions_addopen(void* actions, int fd, byte* path, int flags, uint mode);

    [DllImport("libc.so.6")]
    private static extern int posix_spawn_file_actions_adddup2(void* actions, int fd, int target);
}
