using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <content>New processes that go on in C#.</content>
public static unsafe partial class Processes
{
    private const ulong CLONE_VM = 0x100;
    private const ulong CLONE_VFORK = 0x4000;

    /// <summary>The numbers in struct clone_args, see clone3(2).</summary>
    private const int CloneArguments = 11;

    /// <summary>
    /// Clones the calling thread as a new process, see clone3(2). Returns 0 in the child. Only a process with one managed thread may call it,
    /// while its other threads sleep (<see cref="Threads.OthersSleep"/>).
    /// </summary>
    /// <param name="flags">CLONE_ flags without CLONE_VM.</param>
    /// <param name="cgroup">A descriptor of the cgroup v2 directory to be born in, or -1.</param>
    /// <param name="pidfd">In the parent: the child's pidfd.</param>
    public static int Clone(ulong flags, int cgroup, out int pidfd)
    {
        int fd = -1;
        ulong* arguments = stackalloc ulong[CloneArguments];
        SetArguments(new Span<ulong>(arguments, CloneArguments), flags | CLONE_PIDFD, cgroup);
        arguments[1] = (ulong)&fd;
        int pid = (int)LinuxException.Check(syscall(SystemCall.clone3, arguments, CloneArguments * sizeof(ulong)), "clone3");
        pidfd = fd;
        return pid;
    }

    /// <summary>
    /// Goes on as a child of the calling process, in its memory, and ends the calling process by SIGKILL: no page is copied, and none is
    /// looked up again. Of threads the caller's goes on alone, so the rules of <see cref="Clone"/> hold here too.
    /// </summary>
    /// <param name="flags">CLONE_ flags for the child; with CLONE_PARENT it is one of the caller's parent.</param>
    /// <param name="cgroup">A descriptor of the cgroup v2 directory to be born in, or -1 for the caller's cgroup.</param>
    /// <param name="release">
    /// Has another process send the SIGKILL; for a child in a PID namespace that the caller is not in: it reaches nobody outside.
    /// </param>
    /// <exception cref="LinuxException">The kernel makes no child; the caller's process goes on.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ContinueAsChild(ulong flags, int cgroup, Action? release)
    {
        ulong* arguments = stackalloc ulong[CloneArguments];
        SetArguments(new Span<ulong>(arguments, CloneArguments), flags | CLONE_VM | CLONE_VFORK, cgroup);
        int self = OpenPidfd(CurrentId);
        try
        {
            // At the end of the caller's thread the kernel would write 0 to where libc keeps the number of the thread that goes on.
            syscall(SystemCall.set_tid_address, (void*)null);
            long result = lxcps_clone_or_exit(arguments, CloneArguments * sizeof(ulong));
            if (result < 0)
            {
                throw new LinuxException("clone3", (int)-result, string.Empty);
            }

            // As after vfork(2) the caller's thread stays in the kernel until the child ends; only SIGKILL reaches it there.
            try
            {
                (release ?? (() => Signal(self, SIGKILL)))();
            }
            catch (LinuxException)
            {
                Exit(1);
            }

            // Its threads go with it, one after the other.
            Polling.Wait(self, Readiness.Readable, -1);
        }
        finally
        {
            Descriptors.Close(self);
        }
    }

    // Of the helper's own: Helper.c.
    [LibraryImport("lxcps")]
    private static partial long lxcps_clone_or_exit(ulong* arguments, long length);

    private static void SetArguments(Span<ulong> arguments, ulong flags, int cgroup)
    {
        arguments.Clear();
        arguments[0] = flags | (cgroup >= 0 ? CLONE_INTO_CGROUP : 0);

        // With CLONE_PARENT the kernel takes the caller's own exit signal and refuses another.
        arguments[4] = (flags & CLONE_PARENT) != 0 ? 0UL : (ulong)SIGCHLD;
        arguments[10] = cgroup >= 0 ? (ulong)cgroup : 0;
    }
}
