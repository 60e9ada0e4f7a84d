using LxcPS.Engine.Console;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>
/// The keeper: the process that has set the container up and takes it down, with all rights. Beside the watcher it has nothing of the
/// container's or of a client's, and waits for the end of init and of the watcher.
/// </content>
public sealed partial class Supervisor
{
    /// <summary>How long the watcher may take at the container's end, in milliseconds: what the console said last is written by then.</summary>
    private const int EndPatience = 30_000;

    private readonly List<(int Fd, int WaitsFor)> handedOver = [];
    private bool servesCalls;

    private ExitStatus Watch()
    {
        if (Linger())
        {
            EndWatch();
            return ReapInit();
        }

        if (!IsAttended)
        {
            // Before the clone: what is not used again is then in neither, and what both have they share.
            ReturnMemory();
        }

        (int ours, int theirs) = LocalSockets.Pair();
        using WatchChannel channel = new(ours);
        int watcher;
        try
        {
            watcher = Forking.Start(0, -1, () =>
            {
                Descriptors.Close(ours);
                return RunWatcher(new WatchChannel(theirs));
            }).Pidfd;
        }
        finally
        {
            Descriptors.Close(theirs);
        }

        LetGo();
        poll = new PollSet();
        poll.Add(signals, Readiness.Readable);
        poll.Add(initPidfd, Readiness.Readable);
        poll.Add(watcher, Readiness.Readable);
        poll.Add(channel.Descriptor, Readiness.Readable);
        ExitStatus? exit;
        try
        {
            exit = AwaitWatcher(watcher, channel);

            // What it has said last. Not until the end of the channel: a child of one that was taken over could hold that open.
            for (int i = 0; i < 2 * ControlServer.MaximumClients && channel.IsReadable && Serve(channel); i++)
            {
            }
        }
        finally
        {
            Processes.Signal(watcher, 9);
            Processes.Wait(watcher);
            poll.Remove(watcher);
            Descriptors.Close(watcher);
            server.Resume(poll, ContainerState.Stopping, handedOver);
            handedOver.Clear();
        }

        if (exit is null)
        {
            reporter.Warning($"The process that watches over container '{request.Name}' has ended, and the container with it");
            Processes.Signal(initPidfd, 9);
            exit = ReapInit();
        }

        return exit.Value;
    }

    // All of it is the watcher's now.
    private void LetGo()
    {
        servesCalls = notifier is not null;
        poll.Dispose();
        server.LetGo();
        console?.LetGo();
        notifier?.LetGo();
        notifier = null;
        kernelLog = null;
        CloseTtys();
        CloseDescriptor(ref devpts);
        CloseDescriptor(ref rights);
    }

    private ExitStatus? AwaitWatcher(int watcher, WatchChannel channel)
    {
        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[4];
        ExitStatus? exit = null;
        long endAt = long.MaxValue;
        bool talks = true;
        while (true)
        {
            int count = poll.Wait(ready, TimeoutUntil(Math.Min(settleAt, endAt)));
            if (Environment.TickCount64 >= endAt)
            {
                endAt = long.MaxValue;
                Processes.Signal(watcher, 9);
            }

            if (Environment.TickCount64 >= settleAt)
            {
                settleAt = long.MaxValue;
                Settle(channel);
            }

            for (int i = 0; i < count; i++)
            {
                int fd = ready[i].Fd;
                if (fd == watcher)
                {
                    if (talks)
                    {
                        poll.Remove(channel.Descriptor);
                    }

                    // Init may have ended before it, and be told of after it.
                    return exit ?? (HasInitEnded() ? ReapInit() : null);
                }

                if (fd == initPidfd)
                {
                    exit = ReapInit();
                    settleAt = long.MaxValue;
                    endAt = Environment.TickCount64 + EndPatience;
                }
                else if (fd == signals)
                {
                    HandleSignals();
                }
                else if (talks && !Serve(channel))
                {
                    // It has ended, or should.
                    talks = false;
                    poll.Remove(channel.Descriptor);
                    Processes.Signal(watcher, 9);
                }
            }
        }
    }

    // False: nothing more is to be expected.
    private bool Serve(WatchChannel channel)
    {
        Span<int> descriptor = stackalloc int[1];
        WatchChannel.Kind kind = channel.Receive(out int value, out _, descriptor, out int received);
        int client = received == 1 ? descriptor[0] : -1;
        switch (kind)
        {
            case WatchChannel.Kind.Client when client >= 0 && handedOver.Count < ControlServer.MaximumClients:
                handedOver.Add((client, value));
                return true;
            case WatchChannel.Kind.State when client < 0 && value is >= 0 and < ControlSocket.StateCount:
                StateFifo.Announce(request.LxcPath, request.Name, (ContainerState)value);
                return true;
            case WatchChannel.Kind.Stop when client < 0:
                return channel.Send(WatchChannel.Kind.Answer, SendStop(), wait: false);
            case WatchChannel.Kind.Open when client < 0:
                return AnswerOpen(channel, value);
            case WatchChannel.Kind.Log when client < 0 && plan.ConsoleLog is not null:
                return AnswerLog(channel);
            default:
                Descriptors.Close(client);
                return false;
        }
    }

    private int SendStop()
    {
        try
        {
            // One that has ended meanwhile is stopped.
            if (initPidfd >= 0)
            {
                Processes.Signal(initPidfd, plan.StopSignal);
            }

            return 0;
        }
        catch (LinuxException e)
        {
            return e.Number;
        }
    }

    private bool AnswerOpen(WatchChannel channel, int processId)
    {
        try
        {
            if (!servesCalls || initPidfd < 0)
            {
                return channel.Send(WatchChannel.Kind.Answer, Errno.ESRCH, wait: false);
            }

            using ContainerProgram program = ContainerProgram.Open(processId, initPid, cgroups!);
            return channel.Send(WatchChannel.Kind.Answer, 0, program.IsInUserNamespace ? 1 : 0, [program.Directory, program.Memory], wait: false);
        }
        catch (LinuxException e)
        {
            return channel.Send(WatchChannel.Kind.Answer, e.Number, wait: false);
        }
    }

    private bool AnswerLog(WatchChannel channel)
    {
        int log = -1;
        try
        {
            log = ConsoleLog.StartOver(plan.ConsoleLog!, plan.ConsoleLogRotates);
            return channel.Send(WatchChannel.Kind.Answer, 0, descriptors: [log], wait: false);
        }
        catch (LinuxException e)
        {
            return channel.Send(WatchChannel.Kind.Answer, e.Number, wait: false);
        }
        finally
        {
            Descriptors.Close(log);
        }
    }

    // What can wait until the container has run for a while: one that ends at once is spared it, and so is whoever waits for its start.
    private void Settle(WatchChannel channel)
    {
        try
        {
            cgroups!.MakeMonitor();
            record!.AddCgroups(cgroups.Directories);
            record.Save();

            // On cgroup v2 the move waits for a grace period of the kernel's.
            cgroups.EnterMonitor(Processes.CurrentId);
            int[] ways = cgroups.OpenMonitorEntrance();
            for (int i = 0; i < ways.Length; i += WatchChannel.MaximumDescriptors)
            {
                channel.Send(WatchChannel.Kind.Enter, descriptors: ways.AsSpan(i, Math.Min(WatchChannel.MaximumDescriptors, ways.Length - i)), wait: false);
            }

            Array.ForEach(ways, Descriptors.Close);
        }
        catch (Exception e) when (e is LxcException or LinuxException)
        {
            // The container runs, and what the monitor uses is counted elsewhere.
            reporter.Warning(e.Message);
        }

        if (IsAttended)
        {
            ReturnMemory();
        }

        // It has run through all that a start takes, and waits from now on.
        OwnMemory.ReleaseCode();
    }

    private void HandleSignals()
    {
        int signal;
        while ((signal = SignalHandling.Take(signals).Signal) != 0)
        {
            switch (signal)
            {
                // Whoever runs the container in the foreground sends these to the monitor and means the container.
                case SIGINT or SIGTERM or SIGQUIT when IsAttended && initPidfd >= 0:
                    Processes.Signal(initPidfd, request.Command.Count > 0 ? signal : plan.HaltSignal ?? 30);
                    break;
                case SIGTERM when initPidfd >= 0:
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
        StateFifo.AnnounceExit(request.LxcPath, request.Name, exit.ExitCode);
        return exit;
    }
}
