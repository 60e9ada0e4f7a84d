using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <summary>
/// Asks the monitor of a container, ours or LXC's, over its command socket. Every call is one connection, as liblxc's are.
/// </summary>
public static partial class ControlClient
{
    /// <summary>How long a monitor may take to answer, in milliseconds: it answers at once unless it is starting the container or is stuck.</summary>
    private const int AnswerTimeout = 30_000;

    /// <summary>Whether a monitor listens for the container.</summary>
    public static bool IsAlive(string lxcPath, string name)
    {
        int fd = Connect(lxcPath, name);
        Descriptors.Close(fd);
        return fd >= 0;
    }

    /// <summary>The state of the container; Stopped when no monitor listens.</summary>
    public static ContainerState GetState(string lxcPath, string name) =>
        TryAsk(lxcPath, name, ControlCommand.GetState, out Answer answer) ? (ContainerState)answer.Word : ContainerState.Stopped;

    /// <summary>The process id of the container's init; 0 when none runs.</summary>
    public static int GetInitPid(string lxcPath, string name) =>
        TryAsk(lxcPath, name, ControlCommand.GetInitPid, out Answer answer) && answer.Word > 0 ? (int)answer.Word : 0;

    /// <summary>A descriptor of the container's init, or -1 when none runs or the monitor is too old to give one.</summary>
    public static int GetInitPidfd(string lxcPath, string name) => AskDescriptor(lxcPath, name, ControlCommand.GetInitPidfd);

    /// <summary>A descriptor of the root of the container's devpts instance, or -1.</summary>
    public static int GetDevptsDescriptor(string lxcPath, string name) => AskDescriptor(lxcPath, name, ControlCommand.GetDevptsFd);

    /// <summary>The cgroup of the container for a controller as /proc/self/cgroup shows it, or null. An empty controller asks for the v2 one.</summary>
    public static string? GetCgroup(string lxcPath, string name, string controller) =>
        AskText(lxcPath, name, ControlCommand.GetCgroup, controller);

    /// <summary>
    /// The cgroup that the container's limits are set on, or null; see <see cref="GetCgroup"/>. It differs from the one that the container lives
    /// in only with lxc.cgroup.dir.container.inner.
    /// </summary>
    public static string? GetLimitCgroup(string lxcPath, string name, string controller) =>
        AskText(lxcPath, name, ControlCommand.GetLimitCgroup, controller);

    /// <summary>The value of a configuration key as the running container has it, or null.</summary>
    public static string? GetConfigItem(string lxcPath, string name, string key) =>
        AskText(lxcPath, name, ControlCommand.GetConfigItem, key);

    /// <summary>Sends lxc.signal.stop to the init, and returns when the monitor is gone or has not gone for long.</summary>
    /// <returns>False when no monitor listens.</returns>
    public static bool Stop(string lxcPath, string name)
    {
        // A stop that worked is not answered: the connection closes with the monitor.
        int fd = Connect(lxcPath, name);
        if (fd < 0)
        {
            return false;
        }

        try
        {
            Request(fd, ControlCommand.Stop, [], 0);
            if (Polling.Wait(fd, Readiness.Readable, AnswerTimeout) == Readiness.None)
            {
                return true;
            }

            Answer answer = ReadAnswer(fd, name, ControlCommand.Stop, []);
            return answer.Closed || answer.Result >= 0 ? true : throw Refused(name, ControlCommand.Stop, answer.Result);
        }
        catch (LinuxException e) when (e.Number is Errno.EPIPE or Errno.ECONNRESET)
        {
            return true;
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    /// <summary>Halts all processes of the container; false when the monitor leaves that to the caller, as LXC's does on cgroup v1.</summary>
    public static bool Freeze(string lxcPath, string name) => Change(lxcPath, name, ControlCommand.Freeze);

    /// <summary>Lets the processes of the container go on; false when the monitor leaves that to the caller.</summary>
    public static bool Unfreeze(string lxcPath, string name) => Change(lxcPath, name, ControlCommand.Unfreeze);

    /// <summary>Has the monitor answer for what comes through the listener of a seccomp filter; false when it does not take it.</summary>
    public static bool AddSeccompListener(string lxcPath, string name, int listener) =>
        TryAsk(lxcPath, name, ControlCommand.SeccompNotifyAddListener, out Answer answer, [0], descriptor: listener) && answer.Result >= 0;

    /// <summary>A descriptor of the listener of init's seccomp filter, or -1 when that has none.</summary>
    public static int GetSeccompListener(string lxcPath, string name) => AskDescriptor(lxcPath, name, ControlCommand.GetSeccompNotifyFd);

    /// <summary>Tells the monitor that the caller has changed the container's state, so that it can tell the clients that wait for it.</summary>
    public static void ServeStateClients(string lxcPath, string name, ContainerState state) =>
        TryAsk(lxcPath, name, ControlCommand.ServeStateClients, out _, default, (long)state);

    /// <summary>
    /// A connection that gets one message when the container reaches one of the states, or -1 and the state when it is there already.
    /// </summary>
    public static int AddStateClient(string lxcPath, string name, ReadOnlySpan<ContainerState> states, out ContainerState current)
    {
        Span<byte> data = stackalloc byte[ControlSocket.StateCount * 4];
        data.Clear();
        foreach (ContainerState state in states)
        {
            data[(int)state * 4] = 1;
        }

        current = ContainerState.Stopped;
        int fd = Connect(lxcPath, name);
        if (fd < 0)
        {
            return -1;
        }

        bool kept = false;
        try
        {
            Request(fd, ControlCommand.AddStateClient, data, 0);
            Answer answer = ReadAnswer(fd, name, ControlCommand.AddStateClient, []);
            kept = !answer.Closed && answer.Word >= ControlSocket.StateCount;
            if (!kept && !answer.Closed)
            {
                current = (ContainerState)answer.Word;
            }

            return kept ? fd : -1;
        }
        catch (LinuxException e) when (e.Number is Errno.EPIPE or Errno.ECONNRESET)
        {
            // A monitor that is just ending had not taken the connection yet: it is as if it were gone already.
            return -1;
        }
        finally
        {
            Descriptors.Close(kept ? -1 : fd);
        }
    }

    /// <summary>
    /// Takes the message of a state client's connection: the state, or Stopped when the monitor ended; null when the time is up or the caller cancels.
    /// </summary>
    /// <param name="fd">The connection that <see cref="AddStateClient"/> gave.</param>
    /// <param name="timeout">In milliseconds; -1 waits without limit.</param>
    /// <param name="cancel">A descriptor that becomes readable when the caller cancels, or -1.</param>
    public static ContainerState? ReceiveState(int fd, int timeout, int cancel = -1)
    {
        (Readiness message, _) = Polling.Wait(fd, Readiness.Readable, cancel, Readiness.Readable, timeout);
        if (message == Readiness.None)
        {
            return null;
        }

        Span<byte> buffer = stackalloc byte[ControlSocket.StateMessageSize];
        int length = 0;
        while (length < buffer.Length)
        {
            int count = ReceiveOrEnd(fd, buffer[length..], [], out _);
            if (count <= 0)
            {
                return ContainerState.Stopped;
            }

            length += count;
        }

        return (ContainerState)BitConverter.ToInt32(buffer[(4 + 256)..]);
    }

    private static bool Change(string lxcPath, string name, ControlCommand command)
    {
        if (!TryAsk(lxcPath, name, command, out Answer answer))
        {
            return false;
        }

        return answer.Result >= 0 || (answer.Result == -Errno.ENOENT ? false : throw Refused(name, command, answer.Result));
    }

    private static int AskDescriptor(string lxcPath, string name, ControlCommand command) =>
        TryAsk(lxcPath, name, command, out Answer answer, wantDescriptor: true) ? answer.Descriptor : -1;

    private static string? AskText(string lxcPath, string name, ControlCommand command, string argument)
    {
        byte[] data = new byte[Encoding.UTF8.GetByteCount(argument) + 1];
        Encoding.UTF8.GetBytes(argument, data);
        return TryAsk(lxcPath, name, command, out Answer answer, data) && answer.Result >= 0 && answer.Data.Length > 0
            ? Encoding.UTF8.GetString(answer.Data).TrimEnd('\0')
            : null;
    }

    private static bool TryAsk(
        string lxcPath, string name, ControlCommand command, out Answer answer, ReadOnlySpan<byte> data = default, long word = 0,
        bool wantDescriptor = false, int descriptor = -1)
    {
        answer = default;
        int fd = Connect(lxcPath, name);
        if (fd < 0)
        {
            return false;
        }

        try
        {
            Request(fd, command, data, word, descriptor);
            Span<int> received = stackalloc int[1];
            answer = ReadAnswer(fd, name, command, wantDescriptor ? received : []);

            // A monitor that is just ending closes without an answer, as if it were gone already.
            return !answer.Closed;
        }
        catch (LinuxException e) when (e.Number is Errno.EPIPE or Errno.ECONNRESET)
        {
            return false;
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }
}
