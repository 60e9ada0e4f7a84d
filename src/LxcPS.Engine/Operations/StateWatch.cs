using System.Diagnostics;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>
/// Hears of every change of state of the containers in a directory, ours and LXC's, whoever makes it: from the same socket as lxc-monitor(1).
/// A monitor that is killed tells nobody; the end of a connection to it does. Containers that are made meanwhile are heard of like the others.
/// </summary>
public sealed class StateWatch : IDisposable
{
    /// <summary>How long whoever passes the changes on may take to answer, in milliseconds.</summary>
    private const int Patience = 10_000;

    /// <summary>How often in a row whoever passes the changes on may end within a second.</summary>
    private const int MaximumEarly = 5;

    private static int lastMark;

    private readonly HelperProgram helper;
    private readonly string lxcPath;
    private readonly Func<string, bool> isWanted;
    private readonly Cancellation cancellation;
    private readonly Dictionary<string, WatchedState> known = [];
    private readonly Dictionary<int, string> monitors = [];
    private readonly Queue<StateChange> changes = [];
    private readonly byte[] message = new byte[ControlSocket.StateMessageSize];
    private PollSet poll = new();
    private int connection = -1;
    private int length;
    private int reached;
    private long joined;
    private int early;

    private StateWatch(HelperProgram helper, string lxcPath, Func<string, bool> isWanted, CancellationToken cancel)
    {
        this.helper = helper;
        this.lxcPath = lxcPath;
        this.isWanted = isWanted;
        cancellation = new Cancellation(cancel);
    }

    /// <summary>Begins to listen; what happens from now on is told.</summary>
    /// <param name="helper">Runs the daemon that passes the changes on, where none does yet.</param>
    /// <param name="lxcPath">The directory of containers; it need not exist yet.</param>
    /// <param name="isWanted">Which containers are listened to, by their names.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LxcException">MonitorFailed: nobody passes the changes on. Canceled.</exception>
    public static StateWatch Open(HelperProgram helper, string lxcPath, Func<string, bool> isWanted, CancellationToken cancel)
    {
        StateWatch watch = new(helper, lxcPath, isWanted, cancel);
        try
        {
            watch.Join();
            foreach (string name in RunningSet.Read().NamesIn(lxcPath))
            {
                watch.See(name);
            }

            // What is still on its way has happened before.
            watch.Synchronize();
            watch.changes.Clear();
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>The next change; null when the time is up.</summary>
    /// <param name="timeout">In milliseconds; -1 waits without limit.</param>
    /// <exception cref="LxcException">Canceled, or MonitorFailed.</exception>
    public StateChange? Next(int timeout)
    {
        long start = Stopwatch.GetTimestamp();
        while (changes.Count == 0)
        {
            int remaining = StateWait.Remaining(start, timeout);
            if (!Hear(remaining) && remaining == 0)
            {
                return null;
            }
        }

        return changes.Dequeue();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Leave();
        foreach (int monitor in monitors.Keys)
        {
            Descriptors.Close(monitor);
        }

        poll.Dispose();
        cancellation.Dispose();
    }

    private void Leave()
    {
        Descriptors.Close(connection);
        connection = -1;
        length = 0;
    }

    private void Join()
    {
        long start = Stopwatch.GetTimestamp();
        while ((connection = StateSocket.TryConnect(lxcPath)) < 0)
        {
            cancellation.ThrowIfRequested();
            if (StateWait.Remaining(start, Patience) == 0)
            {
                throw Failed("another program has the socket that they are told on");
            }

            // It tells that it listens, or that another one does.
            HelperCall.Run(helper, report => ["states", "--lxcpath", lxcPath, "--report", report.ToString()], Patience,
                () => Failed($"the helper did not begin to pass them on within {Patience / 1000} seconds"), default);
        }

        poll.Add(connection, Readiness.Readable);
        if (cancellation.Descriptor >= 0 && joined == 0)
        {
            poll.Add(cancellation.Descriptor, Readiness.Readable);
        }

        joined = Stopwatch.GetTimestamp();
        Synchronize();
    }

    // Messages keep their order. When ours has come round, whatever was told before it has been heard, and whoever passes it on knows us.
    private void Synchronize()
    {
        int mark = Interlocked.Increment(ref lastMark) ^ (Processes.CurrentId << 12);
        long start = Stopwatch.GetTimestamp();
        while (reached != mark)
        {
            if (StateWait.Remaining(start, Patience) == 0)
            {
                throw Failed($"they do not come through within {Patience / 1000} seconds");
            }

            // It comes to those whose connection has been accepted: at the first try that may not be so yet.
            StateFifo.Mark(lxcPath, mark);
            long sent = Stopwatch.GetTimestamp();
            while (reached != mark && StateWait.Remaining(sent, 100) is > 0 and int remaining)
            {
                Hear(remaining);
            }
        }
    }

    private bool Hear(int timeout)
    {
        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[16];
        int count = poll.Wait(ready, timeout);
        List<string> gone = [];
        for (int i = 0; i < count; i++)
        {
            int fd = ready[i].Fd;
            if (fd == connection)
            {
                Receive();
            }
            else if (monitors.Remove(fd, out string? name))
            {
                poll.Remove(fd);
                Descriptors.Close(fd);
                known[name].Monitor = -1;
                gone.Add(name);
            }
        }

        cancellation.ThrowIfRequested();
        if (gone.Count > 0)
        {
            // What it has told before its end comes first.
            Synchronize();
            foreach (string name in gone)
            {
                if (known[name].Monitor < 0)
                {
                    Note(name, ContainerState.Stopped);
                }
            }
        }

        return count > 0;
    }

    private void Receive()
    {
        int count;
        try
        {
            count = LocalSockets.Receive(connection, message.AsSpan(length), [], out _);
        }
        catch (LinuxException e) when (e.Number == Errno.ECONNRESET)
        {
            count = 0;
        }

        if (count <= 0)
        {
            Rejoin();
            return;
        }

        length += count;
        if (length < message.Length)
        {
            return;
        }

        length = 0;
        if (StateFifo.MarkOf(message) is { } mark)
        {
            reached = mark;
        }
        else if (ControlSocket.ReadStateMessage(message) is { } told && isWanted(told.Name))
        {
            Note(told.Name, told.State);
        }
    }

    // Somebody has ended it: lxc-monitor -Q, or a kill. What was told meanwhile shows by the states.
    private void Rejoin()
    {
        poll.Remove(connection);
        Leave();

        // One that was ending when it was joined is no reason to give up.
        early = Stopwatch.GetElapsedTime(joined).TotalSeconds < 1 ? early + 1 : 0;
        if (early > MaximumEarly)
        {
            throw Failed("whoever passes them on ends again and again");
        }

        Join();
        RunningSet running = RunningSet.Read();
        foreach (string name in known.Keys.ToArray())
        {
            if (!running.Contains(lxcPath, name))
            {
                Note(name, ContainerState.Stopped);
            }
        }

        foreach (string name in running.NamesIn(lxcPath))
        {
            See(name);
        }
    }

    // A container that has a monitor when the watch begins.
    private void See(string name)
    {
        if (isWanted(name) && ControlClient.GetState(lxcPath, name) is var state and not ContainerState.Stopped)
        {
            Note(name, state);
        }
    }

    private void Note(string name, ContainerState told)
    {
        ContainerState state = told == ContainerState.Thawed ? ContainerState.Running : told;
        if (!known.TryGetValue(name, out WatchedState? watched))
        {
            known.Add(name, watched = new WatchedState());
        }

        // A change of the freezer is told by whoever makes it, and by the monitor again.
        if (watched.State == state)
        {
            return;
        }

        // While it starts or ends, a monitor may be slow to answer. What it has is asked for when it runs.
        if (state == ContainerState.Running && watched.State is not (ContainerState.Freezing or ContainerState.Frozen) || state == ContainerState.Frozen && watched.ProcessId == 0)
        {
            watched.ProcessId = ControlClient.GetInitPid(lxcPath, name);
            Connect(name, watched);
        }

        bool runs = state is ContainerState.Running or ContainerState.Freezing or ContainerState.Frozen;
        watched.ProcessId = runs ? watched.ProcessId : 0;
        changes.Enqueue(new StateChange(DateTime.Now, lxcPath, name, state, watched.State, watched.ProcessId));
        watched.State = state;
    }

    // A connection that waits for no state, and ends with the monitor.
    private void Connect(string name, WatchedState watched)
    {
        if (watched.Monitor < 0 && (watched.Monitor = ControlClient.AddStateClient(lxcPath, name, [], out _)) >= 0)
        {
            monitors.Add(watched.Monitor, name);
            poll.Add(watched.Monitor, Readiness.Readable);
        }
    }

    private LxcException Failed(string reason) => new(LxcErrorId.MonitorFailed, $"The changes of state of the containers in '{lxcPath}' cannot be heard of: {reason}")
    {
        Path = lxcPath,
        Advice = "See what lxc-monitord or lxcps-monitor does there, and end it; the next watch starts another.",
    };

    private sealed class WatchedState
    {
        internal ContainerState? State { get; set; }

        internal int ProcessId { get; set; }

        /// <summary>The connection to its monitor, or -1.</summary>
        internal int Monitor { get; set; } = -1;
    }
}
