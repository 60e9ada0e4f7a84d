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
    internal const int MaximumClients = 256;

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

    /// <summary>Changes the state, and tells the clients that wait for it and those who listen to all states.</summary>
    internal void SetState(ContainerState state)
    {
        TakeState(state);
        supervisor.Announce(state);
    }

    /// <summary>Changes the state and tells the clients that wait for it.</summary>
    private void TakeState(ContainerState state)
    {
        State = state == ContainerState.Thawed ? ContainerState.Running : state;
        Span<byte> message = stackalloc byte[ControlSocket.StateMessageSize];
        ControlSocket.WriteStateMessage(message, name, state);
        foreach ((int fd, Client client) in clients.ToArray())
        {
            if (client.WaitsFor[(int)state])
            {
                // One message fits into any socket's buffer, so a client that does not take it is gone.
                TrySend(fd, message, default);
                Drop(fd);
            }
        }
    }

    /// <summary>Handles a ready descriptor of the event loop.</summary>
    internal void Handle(int fd, Readiness ready)
    {
        if (fd == listener)
        {
            AcceptAll();
        }
        else if (clients.TryGetValue(fd, out Client? client))
        {
            Serve(fd, client, ready);
        }
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

    private void AcceptAll()
    {
        while (clients.Count < MaximumClients)
        {
            int fd = LocalSockets.Accept(listener);
            if (fd < 0)
            {
                return;
            }

            Client client = new() { IsTrusted = IsTrusted(fd) };
            if (!client.IsTrusted && clients.Values.Count(other => !other.IsTrusted) >= MaximumStrangers)
            {
                Descriptors.Close(fd);
                continue;
            }

            clients.Add(fd, client);
            poll.Add(fd, Readiness.Readable);
        }

        accepting = false;
        poll.Modify(listener, Readiness.None);
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
            Span<int> descriptor = stackalloc int[1];
            int count = LocalSockets.Receive(fd, client.Buffer.AsSpan(client.Length, client.Expected - client.Length), descriptor, out int received);
            client.TakeDescriptor(received == 0 ? -1 : descriptor[0]);
            if (count < 0 && (ready & (Readiness.HangUp | Readiness.Error)) == 0)
            {
                return;
            }

            if (count <= 0)
            {
                Drop(fd);
                return;
            }

            client.Length += count;
            if (client.Length < client.Expected)
            {
                return;
            }

            (int command, int length, long word) = ControlSocket.ReadHeader(client.Buffer);
            if (client.Length == ControlSocket.HeaderSize && length > 0 && length <= ControlSocket.MaximumData)
            {
                client.Expect(ControlSocket.HeaderSize + length);
                return;
            }

            if ((ControlCommand)command == ControlCommand.SeccompNotifyAddListener && client.Length == ControlSocket.HeaderSize && client.IsTrusted)
            {
                // The listener comes with a byte of its own, which the length does not count.
                client.Expect(ControlSocket.HeaderSize + 1);
                return;
            }

            if (length is < 0 or > ControlSocket.MaximumData || !client.IsTrusted)
            {
                Answer(fd, -(length is < 0 or > ControlSocket.MaximumData ? Errno.EINVAL : Errno.EPERM));
                Drop(fd);
                return;
            }

            Process(fd, client, (ControlCommand)command, word, client.Buffer.AsMemory(ControlSocket.HeaderSize, length));
        }
        catch (LinuxException)
        {
            // The connection broke under us. That is the client's loss alone; the container goes on.
            Drop(fd);
        }
    }

    private static bool IsTrusted(int fd)
    {
        uint user = LocalSockets.Peer(fd).UserId;
        return user == 0 || user == Processes.EffectiveUserId;
    }

    private void Drop(int fd)
    {
        if (!clients.Remove(fd, out Client? client))
        {
            return;
        }

        if (client.HoldsConsole)
        {
            supervisor.ConsoleRelay?.Lend(false);
        }

        client.TakeDescriptor(-1);
        poll.Remove(fd);
        Descriptors.Close(fd);
        if (!accepting && listener >= 0)
        {
            accepting = true;
            poll.Modify(listener, Readiness.Readable);
        }
    }

    private static bool TrySend(int fd, ReadOnlySpan<byte> data, ReadOnlySpan<int> descriptors)
    {
        try
        {
            return LocalSockets.Send(fd, data, descriptors, wait: false) == data.Length;
        }
        catch (LinuxException e) when (e.Number is Errno.EPIPE or Errno.ECONNRESET)
        {
            return false;
        }
    }

    private void Answer(int fd, int result, long word = 0, ReadOnlySpan<byte> data = default, ReadOnlySpan<int> descriptors = default)
    {
        byte[] message = new byte[ControlSocket.HeaderSize + data.Length];
        ControlSocket.WriteHeader(message, result, data.Length, word);
        data.CopyTo(message.AsSpan(ControlSocket.HeaderSize));
        TrySend(fd, message, descriptors);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + "\0");

    /// <summary>A connection, and how much of its request has come.</summary>
    private sealed class Client
    {
        public byte[] Buffer { get; private set; } = new byte[ControlSocket.HeaderSize];

        public int Length { get; set; }

        public int Expected { get; private set; } = ControlSocket.HeaderSize;

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
