using System.Diagnostics;
using System.Globalization;
using System.Text;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.KernelLog;

/// <summary>
/// The kernel log of one container: it takes what is written to the container's /dev/kmsg, which is a pseudoterminal, and answers the
/// container's syslog(2). The host's log has no part in it.
/// </summary>
internal sealed class KernelLogServer : IDisposable
{
    /// <summary>The most bytes that the lines of a log have: an answer to a client of the monitor takes all of it at once.</summary>
    internal const int Capacity = 64 * 1024;

    private const int MaximumReaders = 16;
    private const ulong LogCapabilities = (1UL << 34) | (1UL << 21); // CAP_SYSLOG, CAP_SYS_ADMIN

    private readonly PollSet poll;
    private readonly Func<int, ContainerProgram> open;
    private readonly KernelLogRing ring = new(Capacity);
    private readonly LineAssembler lines;
    private readonly MemoryWriter writer;
    private readonly List<(int Listener, ulong Id, int ProcessId, ulong Address, int Room)> readers = [];
    private readonly byte[] buffer = new byte[4096];
    private int master = -1;
    private int slave = -1;

    /// <summary>Makes an empty log.</summary>
    /// <param name="poll">The event loop.</param>
    /// <param name="open">Opens a program in the container.</param>
    internal KernelLogServer(PollSet poll, Func<int, ContainerProgram> open)
    {
        this.poll = poll;
        this.open = open;
        lines = new LineAssembler(Take);
        writer = new MemoryWriter(poll, open);
    }

    /// <summary>When it has to be asked to <see cref="Expire"/> again, as Environment.TickCount64; long.MaxValue for not at all.</summary>
    public long NextDeadline => writer.NextDeadline;

    /// <summary>Answers a call.</summary>
    internal static void Answer(int listener, ulong id, long value, int error)
    {
        try
        {
            SeccompListener.Respond(listener, id, value, error);
        }
        catch (LinuxException)
        {
            // The listener is broken, and its end will come through the event loop.
        }
    }

    /// <summary>Takes over the master of the container's /dev/kmsg.</summary>
    internal void Attach(int kmsg)
    {
        master = kmsg;

        // With a slave of our own open, the master does not end when the last program closes /dev/kmsg.
        slave = Terminals.OpenSlave(master);
        Descriptors.SetNonBlocking(master, true);
        poll.Add(master, Readiness.Readable);
    }

    /// <summary>The records for a client of the monitor: a line each of number, priority, two times in microseconds, and text.</summary>
    internal byte[] ToBytes()
    {
        List<byte> bytes = [];
        foreach (KernelLogRecord record in ring.Records)
        {
            bytes.AddRange(Encoding.ASCII.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"{record.Sequence} {record.Priority} {record.Uptime} {record.Time} ")));
            bytes.AddRange(record.Text);
            bytes.Add((byte)'\n');
        }

        return [.. bytes, 0];
    }

    /// <summary>Whether a call is one of its own.</summary>
    public bool Serves(CaughtCall call) => call.Architecture switch
    {
        // The x32 numbers have bit 30.
        LibSeccomp.SCMP_ARCH_X86_64 => (call.Number & ~0x40000000) == 103,
        LibSeccomp.SCMP_ARCH_AARCH64 => call.Number == 116,
        LibSeccomp.SCMP_ARCH_X86 or LibSeccomp.SCMP_ARCH_ARM => call.Number == 103,
        _ => false,
    };

    /// <summary>Answers a call of its own, now or later.</summary>
    public void Serve(int listener, CaughtCall call)
    {
        int type = (int)call.Argument(0);
        ulong address = call.Argument(1);
        int room = (int)call.Argument(2);

        // As syslog(2) has it: everybody may see the log and its size, the rest is for who may administrate it.
        if (type is not (3 or 10) && !IsPrivileged(call.ProcessId))
        {
            Answer(listener, call.Id, 0, Errno.EPERM);
            return;
        }

        switch (type)
        {
            case 0 or 1 or 6 or 7: // SYSLOG_ACTION_CLOSE, OPEN; CONSOLE_OFF, CONSOLE_ON: its messages go to no console
                Answer(listener, call.Id, 0, 0);
                break;
            case 2 or 3 or 4 when address == 0 || room < 0:
                Answer(listener, call.Id, 0, Errno.EINVAL);
                break;
            case 2 or 3 or 4 when room == 0:
                Answer(listener, call.Id, 0, 0);
                break;
            case 2: // SYSLOG_ACTION_READ
                Read(listener, call, address, room);
                break;
            case 3 or 4: // SYSLOG_ACTION_READ_ALL, READ_CLEAR
                Give(listener, call.Id, call.ProcessId, address, ring.ReadAll(room));
                if (type == 4)
                {
                    ring.Clear();
                }

                break;
            case 5: // SYSLOG_ACTION_CLEAR
                ring.Clear();
                Answer(listener, call.Id, 0, 0);
                break;
            case 8: // SYSLOG_ACTION_CONSOLE_LEVEL
                Answer(listener, call.Id, 0, room is >= 1 and <= 8 ? 0 : Errno.EINVAL);
                break;
            case 9: // SYSLOG_ACTION_SIZE_UNREAD
                Answer(listener, call.Id, ring.UnreadSize, 0);
                break;
            case 10: // SYSLOG_ACTION_SIZE_BUFFER
                Answer(listener, call.Id, Capacity, 0);
                break;
            default:
                Answer(listener, call.Id, 0, Errno.EINVAL);
                break;
        }
    }

    /// <summary>Handles a ready descriptor; false when it is none of its own.</summary>
    public bool Handle(int fd)
    {
        if (fd == master && master >= 0)
        {
            TakeMessages();
            return true;
        }

        return writer.Handle(fd);
    }

    /// <summary>Does what is due.</summary>
    public void Expire(long now) => writer.Expire(now);

    /// <summary>A listener is about to be closed: nobody waits for answers through it.</summary>
    public void Forget(int listener)
    {
        readers.RemoveAll(reader => reader.Listener == listener);
        writer.Forget(listener);
    }

    /// <summary>Closes everything in this process: another one has it.</summary>
    internal void LetGo()
    {
        writer.LetGo();
        Descriptors.Close(slave);
        Descriptors.Close(master);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        writer.Dispose();
        CloseTerminal();
    }

    private void CloseTerminal()
    {
        if (master >= 0)
        {
            poll.Remove(master);
            Descriptors.Close(slave);
            Descriptors.Close(master);
            (master, slave) = (-1, -1);
        }
    }

    private void TakeMessages()
    {
        try
        {
            // A bound, so that a container that writes without end does not keep the monitor from the rest.
            for (int i = 0; i < 8; i++)
            {
                int count = Descriptors.Read(master, buffer);
                if (count <= 0)
                {
                    lines.Flush();
                    return;
                }

                lines.Add(buffer.AsSpan(0, count));
            }
        }
        catch (LinuxException)
        {
            // Hung up, which root of a privileged container can do: the log gets nothing more, and is still to be read.
            lines.Flush();
            CloseTerminal();
        }
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        int priority = KernelLogRecord.PriorityOf(line, out ReadOnlySpan<byte> text);
        long uptime = (long)Stopwatch.GetElapsedTime(0).TotalMicroseconds;
        ring.Append(priority, uptime, (long)(DateTime.UtcNow - DateTime.UnixEpoch).TotalMicroseconds, text);
        while (readers.Count > 0 && ring.HasUnread)
        {
            (int listener, ulong id, int processId, ulong address, int room) = readers[0];
            readers.RemoveAt(0);
            if (SeccompListener.IsValid(listener, id))
            {
                Give(listener, id, processId, address, ring.Read(room));
            }
        }
    }

    // Who reads what is not there yet waits, as klogd does; a signal takes it out of the kernel's wait, and its id is valid no longer.
    private void Read(int listener, CaughtCall call, ulong address, int room)
    {
        if (ring.HasUnread)
        {
            Give(listener, call.Id, call.ProcessId, address, ring.Read(room));
            return;
        }

        readers.RemoveAll(reader => !SeccompListener.IsValid(reader.Listener, reader.Id));
        if (readers.Count < MaximumReaders)
        {
            readers.Add((listener, call.Id, call.ProcessId, address, room));
        }
        else
        {
            Answer(listener, call.Id, 0, Errno.EBUSY);
        }
    }

    private void Give(int listener, ulong id, int processId, ulong address, byte[] data)
    {
        if (data.Length == 0)
        {
            Answer(listener, id, 0, 0);
        }
        else
        {
            writer.Write(listener, id, processId, address, data);
        }
    }

    // Root of a user namespace that a user of the container has made has every capability there, and none over the container.
    private bool IsPrivileged(int processId)
    {
        try
        {
            using ContainerProgram program = open(processId);
            return program.IsInUserNamespace && (Capabilities.EffectiveOf(processId) & LogCapabilities) != 0;
        }
        catch (LinuxException)
        {
            // The caller has gone.
            return false;
        }
    }
}
