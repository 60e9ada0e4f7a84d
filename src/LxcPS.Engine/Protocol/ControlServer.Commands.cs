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
                AnswerConfigItem(fd, TextOf(data));
                break;
            case ControlCommand.GetCgroup or ControlCommand.GetLimitCgroup:
                string? cgroup = command == ControlCommand.GetCgroup
                    ? supervisor.ContainerCgroups?.PayloadPath(TextOf(data))
                    : supervisor.ContainerCgroups?.LimitPath(TextOf(data));
                Answer(fd, cgroup is null ? -Errno.ENOENT : 0, data: cgroup is null ? default : Text(cgroup));
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
                // Whoever gets one joins no other: on a hybrid host that would leave the limits of v1.
                int unified = supervisor.ContainerCgroups is not { IsUnified: true } cgroups ? -1
                    : command == ControlCommand.GetCgroup2Fd ? cgroups.OpenUnified()
                    : cgroups.OpenUnifiedLimit();
                AnswerDescriptor(fd, unified);
                Descriptors.Close(unified);
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
                    // Whoever has changed the state tells those who listen to all states, as LXC's tools do.
                    TakeState((ContainerState)word);
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

        Drop(fd);
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

    // Without this answer lxc-attach takes it that there are no cgroups, and runs its program outside of all limits.
    private void AnswerCgroups(int fd, int size)
    {
        // struct cgroup_ctx { int32 layout (0 v1, 1 hybrid, 2 v2); uint32 utilities; uint32 fd_len; int32 fd[20]; }, as much of it as the client knows.
        int[] directories = supervisor.ContainerCgroups?.OpenAll() ?? [];
        byte[] context = new byte[96];
        bool hasUnified = supervisor.ContainerCgroups?.PayloadPath(string.Empty) is not null;
        BitConverter.TryWriteBytes(context, supervisor.ContainerCgroups is { IsUnified: true } ? 2 : hasUnified ? 1 : 0);
        BitConverter.TryWriteBytes(context.AsSpan(8), directories.Length);
        Answer(fd, 0, data: context.AsSpan(0, Math.Min(size, context.Length)), descriptors: directories);
        foreach (int directory in directories)
        {
            Descriptors.Close(directory);
        }
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
        // bool clear; bool read; uint64_t read_max; bool write_logfile: with C's alignment.
        Console.RingBuffer? ring = supervisor.ConsoleRelay?.Ring;
        if (ring is null || data.Length < 17)
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

    private static string TextOf(ReadOnlyMemory<byte> data) => Encoding.UTF8.GetString(data.Span).TrimEnd('\0');
}
