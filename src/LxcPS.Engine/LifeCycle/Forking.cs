using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// Clones the one managed thread of a small native process as a new process that goes on in C#. Never called from pwsh: architecture,
/// "Why a monitor process".
/// </summary>
internal static class Forking
{
    /// <summary>Milliseconds; what it waits for takes microseconds on a machine with time for it.</summary>
    private const int FinalizerTimeout = 30_000;

    private static bool alone;

    /// <summary>Starts a child that runs the action and ends with its result; returns its process id and pidfd.</summary>
    /// <param name="flags">CLONE_ flags without CLONE_VM.</param>
    /// <param name="cgroup">A cgroup v2 directory for the child to be born in, or -1.</param>
    /// <param name="child">Runs in the child; its result is the exit code. It must not throw: an exception there ends the child with 255.</param>
    internal static (int Pid, int Pidfd) Start(ulong flags, int cgroup, Func<int> child)
    {
        (int pid, int pidfd) = Clone(flags, cgroup);
        if (pid == 0)
        {
            Processes.Exit(RunChild(child));
        }

        return (pid, pidfd);
    }

    /// <summary>
    /// Goes on as a child of the calling process, which ends: away from whoever started it, or out of a v2 cgroup without a grace period of
    /// the kernel's. When this returns, the caller's process is gone; nobody may be waiting for its exit code, and what it has not closed the
    /// child has. In epoll sets a signalfd of the old process tells the new one nothing.
    /// </summary>
    /// <param name="cgroup">The directory of the cgroup to be born in, or -1 for the caller's cgroup.</param>
    /// <exception cref="LinuxException">The kernel makes no child; the caller's process goes on.</exception>
    internal static void ContinueAsChild(int cgroup) => Continue(0, cgroup, null);

    /// <summary>The same as a child of the caller's parent, who ends the calling process by SIGKILL when <paramref name="release"/> asks for it.</summary>
    /// <inheritdoc cref="ContinueAsChild"/>
    internal static void ContinueAsSibling(Action release) => Continue(Processes.CLONE_PARENT, -1, release);

    private static void Continue(ulong flags, int cgroup, Action? release)
    {
        Settle();
        Processes.ContinueAsChild(flags, cgroup, release);
        alone = true;
    }

    private static (int Pid, int Pidfd) Clone(ulong flags, int cgroup)
    {
        Settle();
        int pid = Processes.Clone(flags, cgroup, out int pidfd);
        alone |= pid == 0;
        return (pid, pidfd);
    }

    // What was cloned has this thread alone, and nobody to wait for.
    private static void Settle()
    {
        if (!alone)
        {
            AwaitFinalizer();
        }
    }

    // The copy has one thread, and remembers the other as it was. Copied at work, the finalizer's would be one that never stops: the copy's
    // first collection would wait for it for ever. So would whoever needs a lock that it held. Asleep it holds nothing, and only a collection
    // wakes it, which is this thread's to begin. The kernel has no event for a thread that falls asleep.
    private static void AwaitFinalizer()
    {
        long start = Environment.TickCount64;
        while (!Threads.OthersSleep())
        {
            if (Environment.TickCount64 - start > FinalizerTimeout)
            {
                throw new LxcException(LxcErrorId.StartFailed, $"A thread of the runtime did not come to rest in {FinalizerTimeout / 1000} seconds")
                {
                    Step = "clone",
                    Advice = "The machine gives the process no time: see what else runs, and start it again.",
                };
            }

            Thread.Yield();
        }
    }

    private static int RunChild(Func<int> child)
    {
        try
        {
            return child();
        }
        catch (Exception e) when (e is LinuxException or LxcException)
        {
            // Standard error is all that is left to tell it on; a child reports through its own channel before it comes to this.
            Descriptors.Write(2, System.Text.Encoding.UTF8.GetBytes($"lxcps-monitor: {e.Message}\n"));
            return 255;
        }
    }
}
