using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>
/// The program of <c>lxc.seccomp.notify.proxy</c>, which answers for calls of the container. It is never waited for: its answers come
/// through the event loop, and what it has not answered in time, or cannot be told at all, is answered with ENOSYS.
/// </summary>
internal sealed class SeccompProxy : IDisposable
{
    /// <summary>How long the proxy may take for an answer, in milliseconds; the same as LXC gives it.</summary>
    internal const int AnswerTimeout = 30_000;

    /// <summary>Calls that wait for the proxy at one time. More wait in the kernel.</summary>
    internal const int MaximumWaiting = 64;

    private readonly PollSet poll;
    private readonly string path;
    private readonly ProxyMessage message;
    private readonly Func<int, ContainerProgram> open;
    private readonly byte[] answer;
    private readonly Dictionary<ulong, (int Listener, long Until)> waiting = [];
    private int socket = -1;

    /// <summary>Prepares the talk; nothing is connected yet.</summary>
    /// <param name="poll">The event loop.</param>
    /// <param name="path">The socket's path.</param>
    /// <param name="sizes">The sizes of the kernel's structures.</param>
    /// <param name="cookie">The text that each message ends with.</param>
    /// <param name="open">Opens a program in the container.</param>
    internal SeccompProxy(PollSet poll, string path, NotificationSizes sizes, string cookie, Func<int, ContainerProgram> open)
    {
        this.poll = poll;
        this.path = path;
        this.open = open;
        message = new ProxyMessage(sizes, cookie);

        // One byte more, so that what is too long is seen to be.
        answer = new byte[message.AnswerSize + 1];
    }

    /// <summary>Whether as many calls wait for it as may.</summary>
    internal bool IsFull => waiting.Count >= MaximumWaiting;

    /// <summary>When the first of the calls that wait has waited for long enough, as Environment.TickCount64; long.MaxValue without any.</summary>
    internal long NextDeadline
    {
        get
        {
            long first = long.MaxValue;
            foreach ((int _, long until) in waiting.Values)
            {
                first = Math.Min(first, until);
            }

            return first;
        }
    }

    /// <summary>Connects where that has not been done; false when nobody listens.</summary>
    internal bool Connect()
    {
        if (socket < 0)
        {
            socket = LocalSockets.TryConnectMessages(path);
            if (socket >= 0)
            {
                poll.Add(socket, Readiness.Readable);
            }
        }

        return socket >= 0;
    }

    /// <summary>Tells the proxy of a call; false when it cannot be told, and the caller has to answer.</summary>
    /// <param name="listener">The listener that the call came through.</param>
    /// <param name="notification">The kernel's notification.</param>
    /// <param name="monitorPid">The monitor.</param>
    /// <param name="initPid">The container's init.</param>
    internal bool Ask(int listener, ReadOnlySpan<byte> notification, int monitorPid, int initPid)
    {
        CaughtCall call = new(notification);
        try
        {
            // Two filters may count alike: an answer could not be told apart.
            if (waiting.ContainsKey(call.Id) || !Connect())
            {
                return false;
            }

            using ContainerProgram program = open(call.ProcessId);

            // The id of a caller that has gone may be another's by now.
            return SeccompListener.IsValid(listener, call.Id)
                && Send(message.Of(notification, monitorPid, initPid), [program.Directory, program.Memory, listener])
                && waiting.TryAdd(call.Id, (listener, Environment.TickCount64 + AnswerTimeout));
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    /// <summary>Handles a ready descriptor; false when it is none of the proxy's.</summary>
    internal bool Handle(int fd)
    {
        if (fd != socket || socket < 0)
        {
            return false;
        }

        TakeAnswers();
        return true;
    }

    /// <summary>Answers for the proxy where it has taken too long.</summary>
    internal void Expire(long now)
    {
        if (now < NextDeadline)
        {
            return;
        }

        foreach ((ulong id, (int listener, long until)) in waiting.ToArray())
        {
            if (until <= now)
            {
                waiting.Remove(id);
                Refuse(listener, id);
            }
        }
    }

    /// <summary>A listener is about to be closed: nobody waits for answers through it.</summary>
    internal void Forget(int listener)
    {
        foreach ((ulong id, (int of, long _)) in waiting.ToArray())
        {
            if (of == listener)
            {
                waiting.Remove(id);
            }
        }
    }

    /// <summary>Answers a call with ENOSYS, as a kernel without it does.</summary>
    internal static void Refuse(int listener, ulong id)
    {
        try
        {
            SeccompListener.Respond(listener, id, 0, Errno.ENOSYS);
        }
        catch (LinuxException)
        {
            // The listener is broken, and its end will come through the event loop.
        }
    }

    /// <summary>Closes the connection in this process: another one has it.</summary>
    internal void LetGo() => Descriptors.Close(socket);

    /// <inheritdoc/>
    public void Dispose() => Disconnect();

    private bool Send(ReadOnlySpan<byte> data, ReadOnlySpan<int> descriptors)
    {
        for (int attempt = 0; attempt < 2 && Connect(); attempt++)
        {
            try
            {
                return LocalSockets.Send(socket, data, descriptors, wait: false) == data.Length;
            }
            catch (LinuxException)
            {
                // The proxy was started anew, perhaps: once more.
                Disconnect();
            }
        }

        return false;
    }

    private void TakeAnswers()
    {
        try
        {
            // A bound, so that a proxy that talks without end does not keep the monitor from the rest.
            for (int i = 0; i < MaximumWaiting; i++)
            {
                int count = LocalSockets.Receive(socket, answer, default, out _);
                if (count < 0)
                {
                    return;
                }

                ReadOnlySpan<byte> response = count == 0 ? [] : message.ResponseIn(answer.AsSpan(0, count));
                if (response.IsEmpty)
                {
                    // Its end, or what is no answer: which call it is about cannot be known, so none is left to wait.
                    Disconnect();
                    return;
                }

                // Late, or never asked for: nobody waits for it.
                if (waiting.Remove(BitConverter.ToUInt64(response), out (int Listener, long Until) call))
                {
                    Pass(call.Listener, response);
                }
            }
        }
        catch (LinuxException)
        {
            Disconnect();
        }
    }

    private static void Pass(int listener, ReadOnlySpan<byte> response)
    {
        try
        {
            SeccompListener.Respond(listener, response);
        }
        catch (LinuxException)
        {
            // The kernel does not take it, such as an errno together with "go on".
            Refuse(listener, BitConverter.ToUInt64(response));
        }
    }

    private void Disconnect()
    {
        if (socket >= 0)
        {
            poll.Remove(socket);
            Descriptors.Close(socket);
            socket = -1;
        }

        foreach ((ulong id, (int listener, long _)) in waiting)
        {
            Refuse(listener, id);
        }

        waiting.Clear();
    }
}
