using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.KernelLog;

/// <summary>
/// Fills buffers of programs in the container. A page of such a buffer can be a file of a file system that the container itself serves: who
/// writes there waits for as long as the container likes. So a process of its own writes, which has nothing of the monitor's.
/// </summary>
internal sealed class MemoryWriter : IDisposable
{
    /// <summary>The most that write at one time; those that a container holds up are among them.</summary>
    internal const int MaximumWriters = 8;

    /// <summary>How long one may take, in milliseconds.</summary>
    private const int Patience = 2000;

    private readonly PollSet poll;
    private readonly Func<int, ContainerProgram> open;
    private readonly Dictionary<int, (int Listener, ulong Id, long Until)> writers = [];

    /// <summary>Prepares writing.</summary>
    internal MemoryWriter(PollSet poll, Func<int, ContainerProgram> open)
    {
        this.poll = poll;
        this.open = open;
    }

    /// <summary>When <see cref="Expire"/> is due.</summary>
    internal long NextDeadline
    {
        get
        {
            long first = long.MaxValue;
            foreach ((int _, ulong _, long until) in writers.Values)
            {
                first = Math.Min(first, until);
            }

            return first;
        }
    }

    /// <summary>Writes the data and answers the call with its length, or with EFAULT.</summary>
    internal void Write(int listener, ulong id, int processId, ulong address, byte[] data)
    {
        if (writers.Count >= MaximumWriters)
        {
            KernelLogServer.Answer(listener, id, 0, Errno.EBUSY);
            return;
        }

        try
        {
            // Opened before the id is found valid, the memory is the caller's and no other's, whoever gets its process id afterwards.
            using ContainerProgram program = open(processId);
            int pidfd = Forking.Start(0, -1, () => Deliver(listener, program.Memory, id, address, data)).Pidfd;
            writers.Add(pidfd, (listener, id, Environment.TickCount64 + Patience));
            poll.Add(pidfd, Readiness.Readable);
        }
        catch (LinuxException)
        {
            // The caller is gone, or is not to be written to; or there is no room for a process.
            KernelLogServer.Answer(listener, id, 0, Errno.EFAULT);
        }
    }

    /// <summary>Handles a ready descriptor; false when it is none of its own.</summary>
    internal bool Handle(int fd)
    {
        if (!writers.Remove(fd, out (int Listener, ulong Id, long Until) writer))
        {
            return false;
        }

        if (!Reap(fd) && writer.Until != long.MaxValue)
        {
            KernelLogServer.Answer(writer.Listener, writer.Id, 0, Errno.EFAULT);
        }

        poll.Remove(fd);
        Descriptors.Close(fd);
        return true;
    }

    /// <summary>Ends those that are held up. One that the kernel does not let go of yet keeps its place.</summary>
    internal void Expire(long now)
    {
        foreach ((int pidfd, (int listener, ulong id, long until)) in writers.ToArray())
        {
            if (until <= now)
            {
                writers[pidfd] = (listener, id, long.MaxValue);
                Processes.Signal(pidfd, 9);
                KernelLogServer.Answer(listener, id, 0, Errno.EFAULT);
            }
        }
    }

    /// <summary>Nobody waits for answers through a listener.</summary>
    internal void Forget(int listener)
    {
        foreach ((int pidfd, (int of, ulong id, long _)) in writers.ToArray())
        {
            if (of == listener)
            {
                writers[pidfd] = (of, id, long.MaxValue);
                Processes.Signal(pidfd, 9);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (int pidfd in writers.Keys)
        {
            // The container's processes are gone, so nothing holds it up any more; whatever does must not hold the monitor.
            Processes.Signal(pidfd, 9);
            if (Polling.Wait(pidfd, Readiness.Readable, 1000) != Readiness.None)
            {
                Reap(pidfd);
            }

            poll.Remove(pidfd);
            Descriptors.Close(pidfd);
        }

        writers.Clear();
    }

    /// <summary>Closes everything in this process: another one has it.</summary>
    internal void LetGo()
    {
        foreach (int pidfd in writers.Keys)
        {
            Descriptors.Close(pidfd);
        }
    }

    // Whether it has done its work. One that the keeper started before there was a watcher is the keeper's child; it has answered itself.
    private static bool Reap(int pidfd)
    {
        try
        {
            return Processes.Wait(pidfd).ExitCode == 0;
        }
        catch (LinuxException e) when (e.Number == Errno.ECHILD)
        {
            return true;
        }
    }

    // In the child.
    private static int Deliver(int listener, int memory, ulong id, ulong address, byte[] data)
    {
        Processes.SetParentDeathSignal(9);

        // Held up, it must hold neither the container's name nor anybody's standard streams.
        int kept = Descriptors.Duplicate(memory);
        Descriptors.DuplicateTo(listener, 0);
        Descriptors.DuplicateTo(kept, 1);
        Descriptors.CloseFrom(2, onExec: false);
        bool written = false;
        try
        {
            if (!SeccompListener.IsValid(0, id))
            {
                return 0;
            }

            written = ProcessMemory.TryWrite(1, data, address);
        }
        catch (LinuxException)
        {
            // The caller is gone, or is not to be written to.
        }

        KernelLogServer.Answer(0, id, written ? data.Length : 0, written ? 0 : Errno.EFAULT);
        return 0;
    }
}
