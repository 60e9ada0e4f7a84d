using System.Text;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <content>The commands.</content>
internal sealed partial class ControlServer
{
    private void Process(int fd, Client client, ControlCommand command, long word, ReadOnlyMemory<byte> data)
    {
        switch (command)
        {
            case ControlCommand.GetState:
                Answer(fd, 0, (long)State);
                break;
            case ControlCommand.GetInitPid:
                Answer(fd, 0, supervisor.InitPid == 0 ? -1 : supervisor.InitPid);
                break;
            case ControlCommand.GetCloneFlags:
                Answer(fd, 0, (long)(supervisor.Plan.Namespaces | (supervisor.Plan.CgroupNamespace ? Processes.CLONE_NEWCGROUP : 0)));
                break;
            case ControlCommand.GetName:
                Answer(fd, 0, data: Text(name));
                break;
            case ControlCommand.GetLxcPath:
                Answer(fd, 0, data: Text(lxcPath));
                break;
            case ControlCommand.GetConfigItem:
                AnswerConfigItem(fd, data.Span);
                break;
            case ControlCommand.GetCgroup or ControlCommand.GetLimitCgroup:
                AnswerCgroup(fd, data.Span, command == ControlCommand.GetLimitCgroup);
                break;
            case ControlCommand.Stop:
                if (Stop(fd))
                {
                    // As LXC has it, the answer to a stop that worked is the end of the connection, which comes with the monitor's.
                    client.IsWaiting = true;
                    return;
                }

                break;
            case ControlCommand.Freeze or ControlCommand.Unfreeze:
                ChangeFreezer(fd, command == ControlCommand.Freeze);
                break;
            case ControlCommand.GetInitPidfd:
                AnswerDescriptor(fd, supervisor.InitPidfd);
                break;
            case ControlCommand.GetSeccompNotifyFd:
                AnswerDescriptor(fd, supervisor.Notifier?.InitListener ?? -1);
                break;
            case ControlCommand.SeccompNotifyAddListener:
                Answer(fd, AddListener(client.GiveDescriptor()) ? 0 : -Errno.EINVAL);
                break;
            case ControlCommand.GetDevptsFd:
                AnswerDescriptor(fd, supervisor.Devpts);
                break;
            case ControlCommand.GetCgroup2Fd or ControlCommand.GetLimitCgroup2Fd:
                AnswerUnifiedCgroup(fd, command == ControlCommand.GetLimitCgroup2Fd);
                break;
            case ControlCommand.GetCgroupFd or ControlCommand.GetLimitCgroupFd:
                AnswerCgroupDescriptor(fd, data.Span, command == ControlCommand.GetLimitCgroupFd);
                break;
            case ControlCommand.GetSystemdScope:
                // Its containers are never in a scope of their own; LXC's monitor has the same answer where systemd gave it none.
                Answer(fd, -Errno.EINVAL);
                break;
            case ControlCommand.TerminalWinch:
                // No client has sent it for long. LXC's monitor closes the connection without an answer.
                break;
            case ControlCommand.GetCgroupCtx:
                AnswerCgroups(fd, data.Length);
                break;
            case ControlCommand.AddBpfDeviceCgroup:
                ChangeDevices(fd, data.Span);
                break;
            case ControlCommand.ServeStateClients:
                Answer(fd, 0);
                if (word is >= 0 and < ControlSocket.StateCount)
                {
                    // Whoever has changed the state tells LXC's FIFO of it as well.
                    TellClients((ContainerState)word);
                }

                break;
            case ControlCommand.AddStateClient:
                AddStateClient(fd, client, data.Span);
                return;
            case ControlCommand.ConsoleLog:
                AnswerConsoleLog(fd, data.Span);
                break;
            case ControlCommand.GetTtyFd:
                if (LendTerminal(fd, client, (int)word))
                {
                    return;
                }

                break;
            default:
                Answer(fd, -Errno.ENOSYS);
                break;
        }

        Finish(fd, client);
    }

    private void AnswerDescriptor(int fd, int descriptor)
    {
        if (descriptor < 0)
        {
            Answer(fd, -Errno.EBADF);
            return;
        }

        Answer(fd, 0, descriptors: [descriptor]);
    }

    private bool Stop(int fd)
    {
        if (supervisor.InitPidfd < 0)
        {
            Answer(fd, -Errno.ESRCH);
            return false;
        }

        try
        {
            HasKilled = true;
            supervisor.SignalStop();
            if (State == ContainerState.Frozen)
            {
                supervisor.ContainerCgroups?.Thaw();
            }

            return true;
        }
        catch (LinuxException e)
        {
            Answer(fd, -e.Number);
        }
        catch (LxcException e)
        {
            Answer(fd, e.Errno == 0 ? -Errno.EIO : -e.Errno);
        }

        return false;
    }

    private void ChangeFreezer(int fd, bool freeze)
    {
        try
        {
            if (freeze)
            {
                SetState(ContainerState.Freezing);
                supervisor.ContainerCgroups?.Freeze();
                SetState(ContainerState.Frozen);
            }
            else
            {
                supervisor.ContainerCgroups?.Thaw();
                SetState(ContainerState.Thawed);
            }

            Answer(fd, 0);
        }
        catch (LxcException e)
        {
            SetState(ContainerState.Running);
            Answer(fd, e.Errno == 0 ? -Errno.EIO : -e.Errno);
        }
    }

    private void AddStateClient(int fd, Client client, ReadOnlySpan<byte> data)
    {
        if (data.Length != ControlSocket.StateCount * 4)
        {
            Answer(fd, -Errno.EINVAL);
            Drop(fd);
            return;
        }

        for (int i = 0; i < ControlSocket.StateCount; i++)
        {
            client.WaitsFor[i] = BitConverter.ToInt32(data[(i * 4)..]) != 0;
        }

        // Either the state that it is in already, or the number of states: wait for the message. A value other than 1 waits for the next time
        // that the state is entered: so lxc-stop -r asks for the running after the reboot.
        bool reached = BitConverter.ToInt32(data[((int)State * 4)..]) == 1;
        int answer = reached ? (int)State : ControlSocket.StateCount;
        client.IsWaiting = true;
        Answer(fd, answer, answer);
        if (reached)
        {
            Drop(fd);
        }
    }

    private void AnswerConsoleLog(int fd, ReadOnlySpan<byte> data)
    {
        // bool clear; bool read; uint64_t read_max; with C's alignment. What later versions have after it asks for nothing.
        Console.RingBuffer? ring = supervisor.ConsoleRelay?.Ring;
        if (data.Length < 16)
        {
            Answer(fd, -Errno.EINVAL);
            return;
        }

        if (ring is null)
        {
            Answer(fd, -Errno.EFAULT);
            return;
        }

        bool clear = data[0] != 0;
        bool read = data[1] != 0;
        long limit = BitConverter.ToInt64(data[8..]);
        if (read && ring.Length == 0)
        {
            Answer(fd, -Errno.ENODATA);
            return;
        }

        byte[] bytes = read ? ring.Peek(limit > 0 && limit <= ring.Length ? (int)limit : ring.Length) : [];
        ring.Discard(clear ? ring.Length : bytes.Length);
        Answer(fd, 0, data: bytes);
    }

    private bool LendTerminal(int fd, Client client, int number)
    {
        // Number 0 is the console, -1 any free tty; a tty is given to one client at a time.
        int master = -1;
        if (number == 0)
        {
            master = supervisor.ConsoleRelay is { IsLent: false } relay ? relay.Master : -1;
        }
        else
        {
            for (int i = 0; i < supervisor.Ttys.Count && master < 0; i++)
            {
                if ((number < 0 || number == i + 1) && !IsLent(i + 1))
                {
                    (number, master) = (i + 1, supervisor.Ttys[i]);
                }
            }
        }

        if (master < 0)
        {
            Answer(fd, -Errno.EBADF);
            return false;
        }

        client.IsWaiting = true;
        client.HoldsConsole = number == 0;
        client.Terminal = number;
        if (client.HoldsConsole)
        {
            supervisor.ConsoleRelay!.Lend(true);
        }

        Answer(fd, 0, number, descriptors: [master]);
        return true;
    }

    private bool IsLent(int number)
    {
        foreach (Client client in clients.Values)
        {
            if (client.IsWaiting && client.Terminal == number)
            {
                return true;
            }
        }

        return false;
    }

    // A text ends with the only NUL that it has.
    private static string? TextOf(ReadOnlySpan<byte> data) =>
        data.IndexOf((byte)0) == data.Length - 1 && data.Length > 0 ? Encoding.UTF8.GetString(data[..^1]) : null;
}
