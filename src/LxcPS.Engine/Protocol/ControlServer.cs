using System.Text;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <summary>
/// The monitor's side of the command socket. Having the socket is having the container: a name that is taken says that it runs. No
/// client is ever waited for: what does not send or take at once is dropped or comes back through the event loop.
/// </summary>
internal sealed partial class ControlServer : IDisposable
{
    /// <summary>Connections at one time; more wait in the kernel's queue until some are served.</summary>
    internal const int MaximumClients = 1024;

    /// <summary>Of these, connections of users who may ask nothing: they are told so, but must not keep others out.</summary>
    private const int MaximumStrangers = 16;

    private PollSet poll;
    private readonly Supervisor supervisor;
    private readonly string lxcPath;
    private readonly string name;
    private int listener;
    private readonly Dictionary<int, Client> clients = [];
    private bool accepting = true;

    private ControlServer(int listener, string lxcPath, string name, PollSet poll, Supervisor supervisor)
    {
        this.listener = listener;
        this.lxcPath = lxcPath;
        this.name = name;
        this.poll = poll;
        this.supervisor = supervisor;
    }

    /// <summary>The state that clients are told.</summary>
    internal ContainerState State { get; private set; } = ContainerState.Stopped;

    /// <summary>Whether a client has had the container killed.</summary>
    internal bool HasKilled { get; private set; }

    /// <summary>Takes the container's command socket.</summary>
    /// <exception cref="LxcException">ContainerRunning: another monitor has it.</exception>
    internal static ControlServer Open(string lxcPath, string name, PollSet poll, Supervisor supervisor)
    {
        try
        {
            int listener = LocalSockets.Listen(ControlSocket.NameOf(lxcPath, name));
            poll.Add(listener, Readiness.Readable);
            return new ControlServer(listener, lxcPath, name, poll, supervisor);
        }
        catch (LinuxException e) when (e.Number == Errno.EADDRINUSE)
        {
            throw ControlSocket.IsTaken(lxcPath, name, e, "Use Restart-LxcContainer to start it anew.");
        }
    }

    /// <summary>Changes the state and tells those who want to know: clients that wait for it, and LXC's FIFO.</summary>
    internal void SetState(ContainerState state)
    {
        TellClients(state);
        supervisor.Announce(state);
    }

    /// <summary>Handles a ready descriptor of the event loop; false when it is none of the server's.</summary>
    internal bool Handle(int fd, Readiness ready)
    {
        if (fd == listener)
        {
            AcceptAll();
            return true;
        }

        if (clients.TryGetValue(fd, out Client? client))
        {
            Serve(fd, client, ready);
            return true;
        }

        return false;
    }

    /// <summary>Gives the name of the command socket up; clients that are connected stay so.</summary>
    internal void StopListening()
    {
        if (listener >= 0)
        {
            poll.Remove(listener);
            Descriptors.Close(listener);
            listener = -1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        StopListening();
        foreach (int fd in clients.Keys.ToArray())
        {
            Drop(fd);
        }
    }

    private void Serve(int fd, Client client, Readiness ready)
    {
        if (client.IsWaiting)
        {
            // A state client or the holder of a terminal has nothing more to say: whatever comes is its end.
            Drop(fd);
            return;
        }

        try
        {
            if (client.Output.Length > 0)
            {
                SendRest(fd, client, ready);
            }
            else
            {
                Receive(fd, client);
            }
        }
        catch (Exception e) when (e is LinuxException or LxcException)
        {
            // The connection broke under us, or what was asked for cannot be had. That is the client's loss alone; the container goes on.
            Drop(fd);
        }
    }

    private void Receive(int fd, Client client)
    {
        Span<int> descriptor = stackalloc int[1];
        int count = LocalSockets.Receive(fd, client.Buffer.AsSpan(client.Length, client.Expected - client.Length), descriptor, out int received);
        if (received > 0)
        {
            client.TakeDescriptor(descriptor[0]);
        }

        if (count <= 0)
        {
            // Nothing after all: what was ready may have been a connection of the same number, which was dropped since.
            if (count == 0)
            {
                Drop(fd);
            }

            return;
        }

        client.Length += count;
        if (client.Length < client.Expected)
        {
            return;
        }

        (int command, int length, long word) = ControlSocket.ReadHeader(client.Buffer);
        if (length is < 0 or > ControlSocket.MaximumData || !client.IsTrusted)
        {
            Answer(fd, -(client.IsTrusted ? Errno.EINVAL : Errno.EPERM));
            Drop(fd);
            return;
        }

        if (client.Length == ControlSocket.HeaderSize && length > 0)
        {
            client.Expect(ControlSocket.HeaderSize + length);
            return;
        }

        if ((ControlCommand)command == ControlCommand.SeccompNotifyAddListener && client.Length == ControlSocket.HeaderSize)
        {
            // The listener comes with a byte of its own, which the length does not count.
            client.Expect(ControlSocket.HeaderSize + 1);
            return;
        }

        Process(fd, client, (ControlCommand)command, word, client.Buffer.AsMemory(ControlSocket.HeaderSize, length));
    }

    // LXC's monitor believes the same: root, and the user that it runs as, unless with another group.
    private static bool IsTrusted(int fd)
    {
        PeerCredentials peer = LocalSockets.Peer(fd);
        return peer.UserId == 0 || peer.UserId == Processes.EffectiveUserId && peer.GroupId == Processes.EffectiveGroupId;
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + "\0");

    /// <summary>A connection, how much of its request has come, and what of its answer has not gone.</summary>
    private sealed class Client
    {
        public byte[] Buffer { get; private set; } = new byte[ControlSocket.HeaderSize];

        public int Length { get; set; }

        public int Expected { get; private set; } = ControlSocket.HeaderSize;

        /// <summary>What its socket has not taken of the answer.</summary>
        public ReadOnlyMemory<byte> Output { get; set; }

        /// <summary>When it is dropped unless it has said or taken something by then, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
        public long Deadline { get; set; } = Environment.TickCount64 + Patience;

        /// <summary>The states that it waits for.</summary>
        public bool[] WaitsFor { get; } = new bool[ControlSocket.StateCount];

        /// <summary>Whether it may ask: root, or the user that the monitor runs as.</summary>
        public required bool IsTrusted { get; init; }

        /// <summary>Whether the connection is kept after the answer.</summary>
        public bool IsWaiting { get; set; }

        public bool HoldsConsole { get; set; }

        /// <summary>The number of the tty that it holds, or 0.</summary>
        public int Terminal { get; set; }

        /// <summary>The descriptor that came with the request, or -1.</summary>
        public int Descriptor { get; private set; } = -1;

        /// <summary>Keeps a descriptor instead of what came before.</summary>
        public void TakeDescriptor(int descriptor)
        {
            Descriptors.Close(Descriptor);
            Descriptor = descriptor;
        }

        /// <summary>Hands the descriptor over to the caller.</summary>
        public int GiveDescriptor()
        {
            int given = Descriptor;
            Descriptor = -1;
            return given;
        }

        public void Expect(int length)
        {
            byte[] larger = new byte[length];
            Buffer.CopyTo(larger, 0);
            Buffer = larger;
            Expected = length;
        }
    }
}
