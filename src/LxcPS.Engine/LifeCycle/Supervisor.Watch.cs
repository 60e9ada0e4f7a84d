using LxcPS.Engine.Console;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>
/// The watcher: the event loop of a running container, with everything that reads what the container or a client sends. It has given up
/// what it does not need, and asks the keeper for the rest.
/// </content>
public sealed partial class Supervisor
{
    private const int SIGINT = 2;
    private const int SIGQUIT = 3;
    private const int SIGTERM = 15;
    private const int SIGWINCH = 28;

    /// <summary>
    /// After how many events the watcher returns its memory: the runtime lets garbage grow to megabytes before it collects, and a tool that asks for
    /// the state every second makes that much in a day.
    /// </summary>
    private const int EventsPerCollection = 1000;

    private WatchChannel? keeper;

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

    /// <summary>Tells those who listen to all states.</summary>
    internal void Announce(ContainerState state)
    {
        if (keeper is null)
        {
            StateFifo.Announce(request.LxcPath, request.Name, state);
        }
        else
        {
            keeper.Send(WatchChannel.Kind.State, (int)state);
        }
    }

    /// <summary>Sends init the signal that ends the container by force.</summary>
    internal void SignalStop()
    {
        if (keeper is null)
        {
            Processes.Signal(initPidfd, plan.StopSignal);
        }
        else
        {
            Ask(WatchChannel.Kind.Stop, 0, "pidfd_send_signal", [], out _);
        }
    }

    /// <summary>Opens a program in the container, which the caller closes.</summary>
    /// <exception cref="LinuxException">It has gone, or is not to be looked into.</exception>
    internal ContainerProgram OpenProgram(int processId)
    {
        if (keeper is null)
        {
            return ContainerProgram.Open(processId, initPid, cgroups!);
        }

        Span<int> descriptors = stackalloc int[2];
        Ask(WatchChannel.Kind.Open, processId, "open", descriptors, out int sameUsers);
        return new ContainerProgram(descriptors[0], descriptors[1], sameUsers == 1);
    }

    private int RunWatcher(WatchChannel channel)
    {
        Processes.SetParentDeathSignal(9);
        keeper = channel;
        CloseNamespaces();
        Processes.SetName("lxcps-watcher");
        ProcessTitle.TrySet($"[lxcps watcher] {request.LxcPath} {request.Name}");
        GiveUpRights();
        reporter.Dispose();

        // A signalfd tells an event loop of the signals of whoever added it.
        poll.Remove(signals);
        Descriptors.Close(signals);
        signals = SignalHandling.OpenDescriptor(SignalHandling.Bit(SIGWINCH) | SignalHandling.Bit(SIGTERM));
        poll.Add(signals, Readiness.Readable);
        poll.Add(keeper.Descriptor, Readiness.Readable);
        console?.Listen(true);
        WatchInit();
        EndWatch();
        server.HandOver((fd, waitsFor) => keeper.Send(WatchChannel.Kind.Client, waitsFor, descriptors: [fd]));
        return 0;
    }

    private void EndWatch()
    {
        EnterState(ContainerState.Stopping);
        console?.Drain();
        CloseNotifier();
    }

    private void GiveUpRights()
    {
        if (rights < 0)
        {
            return;
        }

        try
        {
            Landlock.Restrict(rights);
        }
        catch (LinuxException e)
        {
            reporter.Warning($"The monitor keeps rights that it does not need: {e.Message}");
        }

        CloseDescriptor(ref rights);
    }

    private void WatchInit()
    {
        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[16];
        int events = 0;
        while (true)
        {
            if (events >= EventsPerCollection)
            {
                events = 0;
                ReturnMemory();
            }

            int count = poll.Wait(ready, TimeoutUntil(Math.Min(Math.Min(settleAt, server.NextDeadline), notifier?.NextDeadline ?? long.MaxValue)));
            events += count;
            notifier?.Expire(Environment.TickCount64);
            server.Expire(Environment.TickCount64);
            if (Environment.TickCount64 >= settleAt)
            {
                settleAt = long.MaxValue;
                if (IsAttended)
                {
                    ReturnMemory();
                }

                OwnMemory.ReleaseCode();
            }

            for (int i = 0; i < count; i++)
            {
                int fd = ready[i].Fd;
                if (fd == initPidfd)
                {
                    return;
                }

                if (fd == signals)
                {
                    HandleWatchersSignals();
                }
                else if (fd == keeper!.Descriptor)
                {
                    // What an answer was waited for may have taken the message already.
                    if (keeper.IsReadable)
                    {
                        TakeMessage(out _, out _, [], out _);
                    }
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

    // The keeper has those that mean the container. Whoever ends this process alone means it as well.
    private void HandleWatchersSignals()
    {
        int signal;
        while ((signal = SignalHandling.Take(signals).Signal) != 0)
        {
            if (signal == SIGWINCH)
            {
                console?.Resize();
            }
            else if (!IsAttended)
            {
                SignalStop();
            }
        }
    }

    // Asks the keeper, which answers at once: it does nothing else.
    private void Ask(WatchChannel.Kind kind, int value, string call, Span<int> descriptors, out int answer)
    {
        keeper!.Send(kind, value);
        int error;
        int received;
        while (!TakeMessage(out error, out answer, descriptors, out received))
        {
        }

        if (error != 0 || received != descriptors.Length)
        {
            throw new LinuxException(call, error == 0 ? Errno.EIO : error, value.ToString());
        }
    }

    // False: it was no answer, and is done.
    private bool TakeMessage(out int first, out int second, Span<int> answer, out int received)
    {
        Span<int> descriptors = stackalloc int[WatchChannel.MaximumDescriptors];
        WatchChannel.Kind kind = keeper!.Receive(out first, out second, descriptors, out received);
        switch (kind)
        {
            case WatchChannel.Kind.Answer:
                received = Math.Min(received, answer.Length);
                descriptors[..received].CopyTo(answer);
                return true;
            case WatchChannel.Kind.Enter:
                EnterCgroups(descriptors[..received]);
                return false;
            default:
                // The keeper has been killed, and the kernel ends the container. Nobody is left to work for.
                Processes.Exit(255);
                return false;
        }
    }

    private void EnterCgroups(ReadOnlySpan<int> ways)
    {
        foreach (int way in ways)
        {
            try
            {
                Descriptors.WriteAll(way, "0"u8);
            }
            catch (LinuxException e)
            {
                // The container runs, and what the monitor uses is counted elsewhere.
                reporter.Warning($"The monitor could not move into its cgroup: {e.Message}");
            }

            Descriptors.Close(way);
        }
    }

    // A full log is the keeper's to put aside: that takes rights over its directory.
    private int StartLogOver()
    {
        if (keeper is null)
        {
            return ConsoleLog.StartOver(plan.ConsoleLog!, plan.ConsoleLogRotates);
        }

        Span<int> descriptor = stackalloc int[1];
        Ask(WatchChannel.Kind.Log, 0, "open", descriptor, out _);
        return descriptor[0];
    }

    // Nothing of what the start needed is needed again, and most monitors do next to nothing for the rest of their lives.
    private static void ReturnMemory() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
}
