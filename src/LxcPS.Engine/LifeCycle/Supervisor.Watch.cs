using LxcPS.Engine.Console;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>The event loop of a running container, and taking it down.</content>
public sealed partial class Supervisor
{
    /// <summary>How long after the start the monitor settles, in milliseconds.</summary>
    private const int SettleDelay = 100;

    private const int SIGINT = 2;
    private const int SIGQUIT = 3;
    private const int SIGTERM = 15;
    private const int SIGWINCH = 28;

    /// <summary>The container.</summary>
    internal LaunchPlan Plan => plan;

    /// <summary>The process id of init; 0 when none runs.</summary>
    internal int InitPid => initPid;

    /// <summary>The pidfd of init, or -1.</summary>
    internal int InitPidfd => initPidfd;

    /// <summary>The root of the container's devpts instance, or -1.</summary>
    internal int Devpts => devpts;

    /// <summary>The cgroups of the container.</summary>
    internal Cgroups.ContainerCgroups? ContainerCgroups => cgroups;

    /// <summary>The console, or null.</summary>
    internal ConsoleRelay? ConsoleRelay => console;

    /// <summary>The masters of /dev/tty1 and on.</summary>
    internal IReadOnlyList<int> Ttys => ttys;

    private ExitStatus Watch()
    {
        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[16];
        long settleAt = Environment.TickCount64 + SettleDelay;
        while (true)
        {
            int count = poll.Wait(ready, TimeoutUntil(Math.Min(settleAt, notifier?.NextDeadline ?? long.MaxValue)));
            notifier?.Expire(Environment.TickCount64);
            if (Environment.TickCount64 >= settleAt)
            {
                settleAt = long.MaxValue;
                Settle();
            }

            for (int i = 0; i < count; i++)
            {
                int fd = ready[i].Fd;
                if (fd == initPidfd)
                {
                    return ReapInit();
                }

                if (fd == signals)
                {
                    HandleSignals();
                }
                else
                {
                    Dispatch(fd, ready[i].Ready);
                }
            }
        }
    }

    private void Dispatch(int fd, Readiness state)
    {
        if ((console is null || !console.Handle(fd)) && (notifier is null || !notifier.Handle(fd, state)))
        {
            server.Handle(fd, state);
        }
    }

    private static int TimeoutUntil(long deadline) =>
        deadline == long.MaxValue ? -1 : (int)Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue);

    // What can wait until the container has run for a while: one that ends at once is spared it, and so is whoever waits for its start.
    private void Settle()
    {
        try
        {
            cgroups!.MakeMonitor();
            record!.AddCgroups(cgroups.Directories);
            record.Save();

            // On cgroup v2 the move waits for a grace period of the kernel's.
            cgroups.EnterMonitor(Processes.CurrentId);
        }
        catch (Exception e) when (e is LxcException or LinuxException)
        {
            // The container runs, and what the monitor uses is counted elsewhere.
            reporter.Warning(e.Message);
        }

        // Nothing of what the start needed is needed again, and most monitors do next to nothing for the rest of their lives.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private void HandleSignals()
    {
        int signal;
        while ((signal = SignalHandling.Take(signals).Signal) != 0)
        {
            switch (signal)
            {
                // Whoever runs the container in the foreground sends these to the monitor and means the container.
                case SIGINT or SIGTERM or SIGQUIT when IsAttended:
                    Processes.Signal(initPidfd, request.Command.Count > 0 ? signal : plan.HaltSignal ?? 30);
                    break;
                case SIGTERM:
                    Processes.Signal(initPidfd, plan.StopSignal);
                    break;
                case SIGWINCH:
                    console?.Resize();
                    break;
            }
        }
    }

    private ExitStatus ReapInit()
    {
        ExitStatus exit = Processes.Wait(initPidfd);
        poll.Remove(initPidfd);
        CloseDescriptor(ref initPidfd);
        initPid = 0;
        return exit;
    }

    private void TakeDown()
    {
        foreach (string failure in undo.Unwind())
        {
            reporter.Warning($"Taking the container down left something: {failure}");
        }
    }

    private void EndInit()
    {
        foreach (int fd in ttys)
        {
            Descriptors.Close(fd);
        }

        ttys.Clear();
        if (initPidfd >= 0)
        {
            Processes.Signal(initPidfd, 9);
            ReapInit();
        }
    }

    private void RemoveCgroups()
    {
        cgroups?.Remove(mayBeReplaced);
        cgroups = null;
    }

    private void CloseConsole()
    {
        console?.Dispose();
        console = null;
    }

    private static void CloseDescriptor(ref int fd)
    {
        Descriptors.Close(fd);
        fd = -1;
    }
}
