using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <summary>
/// Passes the changes of state of a directory of containers on to all who want to know them, as LXC's lxc-monitord does, and in its place:
/// there is one a directory, whoever started it, and lxc-monitor(1) listens to ours as it does to its own. It ends with the last listener.
/// </summary>
public sealed class StateDaemon : IDisposable
{
    /// <summary>How long it waits for its first listener, in milliseconds.</summary>
    private const int Patience = 10_000;

    /// <summary>How often it tries anew where another one is just ending.</summary>
    private const int Tries = 16;

    /// <summary>The type of a FIFO in the mode of mknod(2), for its owner alone.</summary>
    private const uint FifoMode = 0x1000 | 0x180;

    private readonly PollSet poll = new();
    private readonly HashSet<int> clients = [];
    private readonly string fifoPath;
    private readonly int fifo;
    private readonly int listener;
    private readonly int signals;

    private StateDaemon(string fifoPath, int fifo, int listener)
    {
        this.fifoPath = fifoPath;
        this.fifo = fifo;
        this.listener = listener;
        signals = SignalHandling.OpenDescriptor(SignalHandling.Bit(15) | SignalHandling.Bit(2) | SignalHandling.Bit(1));
        poll.Add(signals, Readiness.Readable);
        poll.Add(fifo, Readiness.Readable);
        poll.Add(listener, Readiness.Readable);
    }

    /// <summary>Goes on as a process of its own, which serves; the report ends when it does, or when somebody else serves already.</summary>
    /// <param name="arguments">--lxcpath DIR --report DESCRIPTOR.</param>
    /// <exception cref="LxcException">MonitorFailed: the arguments are others.</exception>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is not ["--lxcpath", { Length: > 0 } lxcPath, "--report", string number] || !int.TryParse(number, out int report))
        {
            throw new LxcException(LxcErrorId.MonitorFailed, "The daemon of states needs --lxcpath and --report");
        }

        Forking.Start(0, -1, () =>
        {
            FileTree.ChangeDirectory("/");
            ProcessTitle.TrySet($"[lxcps monitord] {lxcPath}");
            using Reporter reporter = new(report);
            try
            {
                using StateDaemon? daemon = Open(lxcPath);
                reporter.Dispose();
                daemon?.Serve();
                return 0;
            }
            catch (Exception e) when (e is LinuxException or LxcException)
            {
                reporter.Error(e as LxcException ?? new LxcException(LxcErrorId.MonitorFailed, $"The changes of state in '{lxcPath}' cannot be passed on: {e.Message}", e)
                {
                    Path = lxcPath,
                    Advice = "See whether the runtime directory of LXC can be written to: /run/lxc, or for users $XDG_RUNTIME_DIR/lxc.",
                });
                return 1;
            }
        });
        return 0;
    }

    /// <summary>Takes FIFO and socket of a directory of containers; null where somebody else has them.</summary>
    internal static StateDaemon? Open(string lxcPath)
    {
        string path = StateFifo.PathOf(lxcPath);
        FileTree.MakeDirectories(Path.GetDirectoryName(path)!, 0x1ED /* 0755 */);
        for (int i = 0; i < Tries; i++)
        {
            FileTree.MakeNode(Descriptors.CurrentDirectory, path, FifoMode, 0);
            int fifo = -1;
            int listener = -1;
            try
            {
                // For both, so that it never ends. What has the lock is the one that serves.
                fifo = Descriptors.Open(path, OpenFlags.ReadWrite | OpenFlags.NonBlocking | OpenFlags.NoFollow);
                if (!FileLocks.TryLock(fifo, path))
                {
                    return null;
                }

                // One that was ending has removed it meanwhile: nobody would write to this one.
                if (FileTree.TryStatus(Descriptors.CurrentDirectory, path, false, out FileStatus there) && there.Inode == FileTree.Status(fifo, string.Empty).Inode)
                {
                    listener = ListenOrRemove(lxcPath, path);
                    StateDaemon daemon = new(path, fifo, listener);
                    fifo = listener = -1;
                    return daemon;
                }
            }
            catch (LinuxException e) when (e.Number == Errno.ENOENT)
            {
                // Removed before it could be opened.
            }
            finally
            {
                Descriptors.Close(fifo);
                Descriptors.Close(listener);
            }
        }

        return null;
    }

    /// <summary>Serves until the last listener has gone, or a signal or a listener ends it.</summary>
    internal void Serve()
    {
        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[16];
        bool quit = false;
        bool waits = true;
        while (!quit && (waits || clients.Count > 0))
        {
            int count = poll.Wait(ready, waits ? Patience : -1);
            waits &= count > 0;
            for (int i = 0; i < count; i++)
            {
                int fd = ready[i].Fd;
                if (fd == fifo)
                {
                    PassOn();
                }
                else if (fd == signals)
                {
                    quit = true;
                }
                else if (fd != listener)
                {
                    quit |= Hear(fd);
                }
            }

            // Also those that come while the last one goes.
            AcceptAll();
            waits &= clients.Count == 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // In this order nobody finds one without the other for long, and the next daemon makes another FIFO.
        Descriptors.Close(listener);
        FileTree.Remove(Descriptors.CurrentDirectory, fifoPath);
        Descriptors.Close(fifo);
        foreach (int client in clients)
        {
            Descriptors.Close(client);
        }

        Descriptors.Close(signals);
        poll.Dispose();
    }

    private static int ListenOrRemove(string lxcPath, string fifoPath)
    {
        try
        {
            return LocalSockets.Listen(StateSocket.NameOf(lxcPath));
        }
        catch (LinuxException)
        {
            FileTree.Remove(Descriptors.CurrentDirectory, fifoPath);
            throw;
        }
    }

    private void AcceptAll()
    {
        int fd;
        while ((fd = LocalSockets.Accept(listener)) >= 0)
        {
            if (StateSocket.IsTrusted(fd))
            {
                clients.Add(fd);
                poll.Add(fd, Readiness.Readable);
            }
            else
            {
                Descriptors.Close(fd);
            }
        }
    }

    private void PassOn()
    {
        Span<byte> message = stackalloc byte[ControlSocket.StateMessageSize];
        int count;
        while ((count = Descriptors.Read(fifo, message)) > 0)
        {
            // All who write here write whole messages; what is none is nobody's to interpret.
            if (count < message.Length)
            {
                continue;
            }

            foreach (int client in clients.ToArray())
            {
                if (!TrySend(client, message))
                {
                    Drop(client);
                }
            }
        }
    }

    // Whether it asks for the end, as lxc-monitor -Q does. Anything else is its own end.
    private bool Hear(int client)
    {
        if (!clients.Contains(client))
        {
            return false;
        }

        Span<byte> said = stackalloc byte[4];
        int count = 0;
        try
        {
            count = Descriptors.Read(client, said);
        }
        catch (LinuxException e) when (e.Number == Errno.ECONNRESET)
        {
            // It went with messages unread.
        }

        if (count == 0)
        {
            Drop(client);
        }

        return count == 4 && said.SequenceEqual("quit"u8);
    }

    // False: it has gone, or so many messages are waiting for it that it must miss one.
    private static bool TrySend(int client, ReadOnlySpan<byte> message)
    {
        try
        {
            return LocalSockets.Send(client, message, wait: false) == message.Length;
        }
        catch (LinuxException e) when (e.Number is Errno.EPIPE or Errno.ECONNRESET)
        {
            return false;
        }
    }

    private void Drop(int client)
    {
        clients.Remove(client);
        poll.Remove(client);
        Descriptors.Close(client);
    }
}
