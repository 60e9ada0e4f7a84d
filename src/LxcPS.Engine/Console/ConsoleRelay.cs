using LxcPS.Native;

namespace LxcPS.Engine.Console;

/// <summary>
/// The monitor's side of a container's console: takes what the container writes, so that it never waits for a reader, keeps it in the
/// ring buffer and the log file, and passes it to the terminal of a foreground start and to whoever is connected.
/// </summary>
public sealed class ConsoleRelay : IDisposable
{
    private readonly byte[] buffer = new byte[4096];
    private readonly PollSet poll;
    private readonly int slave;
    private readonly ConsoleLog? log;
    private int master;
    private readonly ConsolePeer? peer;

    /// <summary>Takes over the master of the console.</summary>
    /// <param name="poll">The monitor's event loop.</param>
    /// <param name="master">The master; closed with the relay.</param>
    /// <param name="bufferSize">The size of the ring buffer in bytes; 0 for none.</param>
    /// <param name="log">The file that gets a copy, closed with the relay; or null.</param>
    /// <param name="peer">What the console is joined to, closed with the relay; or null.</param>
    public ConsoleRelay(PollSet poll, int master, int bufferSize, ConsoleLog? log, ConsolePeer? peer)
    {
        this.poll = poll;
        this.master = master;
        this.peer = peer;
        Ring = bufferSize > 0 ? new RingBuffer(bufferSize) : null;
        this.log = log;
        // With a slave of our own open, the master never answers EIO while init has its console closed.
        slave = Terminals.OpenSlave(master);
        Descriptors.SetNonBlocking(master, true);
        poll.Add(master, Readiness.Readable);
        peer?.CopySize(master);
        if (peer is { Input: >= 0 })
        {
            poll.Add(peer.Input, Readiness.Readable);
        }
    }

    /// <summary>The ring buffer, or null.</summary>
    public RingBuffer? Ring { get; }

    /// <summary>The master of the console.</summary>
    public int Master => master;

    /// <summary>Whether somebody is connected to the console and reads it instead of the relay.</summary>
    public bool IsLent { get; private set; }

    /// <summary>Handles a ready descriptor; false when it is none of the relay's.</summary>
    public bool Handle(int fd)
    {
        if (fd == master)
        {
            TakeOutput();
            return true;
        }

        if (peer is not null && fd == peer.Input)
        {
            PassInput(peer);
            return true;
        }

        return false;
    }

    /// <summary>Gives the console to a client, which reads and writes the master itself, or takes it back.</summary>
    public void Lend(bool lent)
    {
        IsLent = lent;
        Listen(!lent);
    }

    /// <summary>Whether the event loop tells of what the container writes; it does until told otherwise, and while the console is lent it does not.</summary>
    internal void Listen(bool listen) => poll.Modify(master, listen && !IsLent ? Readiness.Readable : Readiness.None);

    /// <summary>The size of the terminal has changed.</summary>
    public void Resize()
    {
        if (master >= 0)
        {
            peer?.CopySize(master);
        }
    }

    /// <summary>Takes all that waits now; to be called when init has ended, so that its last words are kept.</summary>
    public void Drain()
    {
        while (!IsLent && TakeOutput())
        {
        }
    }

    /// <summary>Closes everything in this process, for another one has it; what is left to do here is to give the terminal its settings back.</summary>
    public void LetGo()
    {
        Descriptors.Close(slave);
        Descriptors.Close(master);
        log?.Dispose();
        master = -1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (master >= 0)
        {
            if (peer is { Input: >= 0 })
            {
                poll.Remove(peer.Input);
            }

            poll.Remove(master);
            LetGo();
        }

        peer?.Dispose();
    }

    private bool TakeOutput()
    {
        int count = Descriptors.Read(master, buffer);
        if (count <= 0)
        {
            return false;
        }

        ReadOnlySpan<byte> data = buffer.AsSpan(0, count);
        Ring?.Write(data);
        log?.Write(data);
        peer?.Write(data);
        return true;
    }

    private void PassInput(ConsolePeer from)
    {
        int fd = from.Input;
        if (!from.TryRead(buffer, out int count))
        {
            poll.Remove(fd);
            return;
        }

        Descriptors.Write(master, buffer.AsSpan(0, count));
    }
}
