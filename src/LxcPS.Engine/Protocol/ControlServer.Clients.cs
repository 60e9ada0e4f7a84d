using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <content>
/// How connections come and go. Neither silent ones nor slow ones keep others out: each has a time to say all of its request and to take all of
/// its answer, and the oldest of them makes room where there are too many. Those that wait for a state or hold a terminal may stay.
/// </content>
internal sealed partial class ControlServer
{
    /// <summary>How long a connection may say or take nothing, in milliseconds.</summary>
    private const int Patience = 30_000;

    /// <summary>The most of answers that may wait for clients that do not take them, in bytes, beside that of the last one.</summary>
    private const long MaximumOutput = 64 << 20;

    /// <summary>When <see cref="Expire"/> has something to do, in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    internal long NextDeadline { get; private set; } = long.MaxValue;

    /// <summary>Drops the connections whose time is up.</summary>
    internal void Expire(long now)
    {
        if (now < NextDeadline)
        {
            return;
        }

        NextDeadline = long.MaxValue;
        foreach ((int fd, Client client) in clients.ToArray())
        {
            if (!client.IsWaiting && client.Deadline <= now)
            {
                Drop(fd);
            }
            else if (!client.IsWaiting)
            {
                NextDeadline = Math.Min(NextDeadline, client.Deadline);
            }
        }

        Accept(true);
    }

    private void AcceptAll()
    {
        while (clients.Count < MaximumClients || DropOldest())
        {
            int fd;
            try
            {
                fd = LocalSockets.Accept(listener);
                if (fd < 0)
                {
                    return;
                }
            }
            catch (LinuxException e) when (e.Number is Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or 105 /* ENOBUFS */)
            {
                if (e.Number == Errno.EMFILE && DropOldest())
                {
                    continue;
                }

                // The machine is at its end, and whoever connects waits in the kernel's queue.
                NextDeadline = Math.Min(NextDeadline, Environment.TickCount64 + Patience);
                break;
            }

            Add(fd, new Client { IsTrusted = IsTrusted(fd) });
        }

        Accept(false);
    }

    private void Add(int fd, Client client)
    {
        if (!client.IsTrusted && clients.Values.Count(other => !other.IsTrusted) >= MaximumStrangers)
        {
            Descriptors.Close(fd);
            return;
        }

        try
        {
            poll.Add(fd, Readiness.Readable);
        }
        catch (LinuxException)
        {
            // The user's watches of epoll(7) are used up: this connection cannot be served, the others can.
            Descriptors.Close(fd);
            return;
        }

        clients.Add(fd, client);
        NextDeadline = Math.Min(NextDeadline, client.Deadline);
    }

    // A dictionary that others are removed from does not keep the order.
    private bool DropOldest()
    {
        int oldest = -1;
        long deadline = long.MaxValue;
        foreach ((int fd, Client client) in clients)
        {
            if (!client.IsWaiting && client.Deadline < deadline)
            {
                (oldest, deadline) = (fd, client.Deadline);
            }
        }

        if (oldest >= 0)
        {
            Drop(oldest);
        }

        return oldest >= 0;
    }

    private void Accept(bool accept)
    {
        if (listener >= 0 && accepting != accept)
        {
            accepting = accept;
            poll.Modify(listener, accept ? Readiness.Readable : Readiness.None);
        }
    }

    private void TellClients(ContainerState state)
    {
        State = state == ContainerState.Thawed ? ContainerState.Running : state;
        Span<byte> message = stackalloc byte[ControlSocket.StateMessageSize];
        ControlSocket.WriteStateMessage(message, name, state);
        foreach ((int fd, Client client) in clients.ToArray())
        {
            if (client.WaitsFor[(int)state])
            {
                // One message fits into any socket's buffer, so a client that does not take it is gone.
                Send(fd, message, default);
                Drop(fd);
            }
        }
    }

    // Ends a connection that has been answered, once it has taken all of that.
    private void Finish(int fd, Client client)
    {
        if (client.Output.Length == 0 || clients.Values.Sum(other => other == client ? 0L : other.Output.Length) > MaximumOutput)
        {
            Drop(fd);
            return;
        }

        poll.Modify(fd, Readiness.Writable);
    }

    private void SendRest(int fd, Client client, Readiness ready)
    {
        int sent = (ready & (Readiness.HangUp | Readiness.Error)) == 0 ? Send(fd, client.Output.Span, default) : client.Output.Length;
        client.Output = client.Output[Math.Max(0, sent)..];
        client.Deadline = Environment.TickCount64 + Patience;
        if (client.Output.Length == 0)
        {
            Drop(fd);
        }
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
        Accept(true);
    }

    // How much the other side takes now; all of it where there is none any more.
    private static int Send(int fd, ReadOnlySpan<byte> data, ReadOnlySpan<int> descriptors)
    {
        try
        {
            return LocalSockets.Send(fd, data, descriptors, wait: false);
        }
        catch (LinuxException e) when (e.Number is Errno.EPIPE or Errno.ECONNRESET)
        {
            return data.Length;
        }
    }

    private void Answer(int fd, int result, long word = 0, ReadOnlySpan<byte> data = default, ReadOnlySpan<int> descriptors = default)
    {
        byte[] message = new byte[ControlSocket.HeaderSize + data.Length];
        ControlSocket.WriteHeader(message, result, data.Length, word);
        data.CopyTo(message.AsSpan(ControlSocket.HeaderSize));
        int sent = Send(fd, message, descriptors);
        if (sent > 0 && sent < message.Length)
        {
            clients[fd].Output = message.AsMemory(sent);
        }
    }
}
