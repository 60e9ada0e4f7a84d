using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>What a descriptor is ready for.</summary>
[Flags]
public enum Readiness : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A read will not wait.</summary>
    Readable = 1,

    /// <summary>Something out of the ordinary, e.g. a changed cgroup.events file.</summary>
    Priority = 2,

    /// <summary>A write will not wait.</summary>
    Writable = 4,

    /// <summary>An error is pending.</summary>
    Error = 8,

    /// <summary>The other side is gone.</summary>
    HangUp = 16,
}

/// <summary>The descriptors that an event loop waits on; see epoll(7).</summary>
public sealed unsafe class PollSet : IDisposable
{
    private int epoll;

    /// <summary>Creates an empty set.</summary>
    public PollSet()
    {
        epoll = epoll_create1(EPOLL_CLOEXEC);
        if (epoll < 0)
        {
            LinuxException.ThrowLast("epoll_create1");
        }
    }

    /// <summary>The set itself, readable while something in it is ready: so that another set can wait on it.</summary>
    public int Descriptor => epoll;

    /// <summary>Waits on a descriptor from now on.</summary>
    public void Add(int fd, Readiness interest) => Change(EPOLL_CTL_ADD, fd, interest, "epoll_ctl(EPOLL_CTL_ADD)");

    /// <summary>Waits for something else on a descriptor.</summary>
    public void Modify(int fd, Readiness interest) => Change(EPOLL_CTL_MOD, fd, interest, "epoll_ctl(EPOLL_CTL_MOD)");

    /// <summary>Waits on a descriptor no longer; to be called before it is closed.</summary>
    public void Remove(int fd) => Change(EPOLL_CTL_DEL, fd, Readiness.None, "epoll_ctl(EPOLL_CTL_DEL)");

    /// <summary>Waits until a descriptor is ready or the time is up; returns how many of <paramref name="ready"/> were filled.</summary>
    /// <param name="ready">Receives descriptor and readiness.</param>
    /// <param name="timeout">In milliseconds; -1 waits without limit.</param>
    public int Wait(Span<(int Fd, Readiness Ready)> ready, int timeout)
    {
        epoll_event* events = stackalloc epoll_event[ready.Length];
        int count;
        while ((count = epoll_wait(epoll, events, ready.Length, timeout)) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR)
            {
                throw new LinuxException("epoll_wait", error);
            }
        }

        for (int i = 0; i < count; i++)
        {
            ready[i] = (events[i].data.fd, (Readiness)(uint)events[i].events);
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptors.CloseOnce(ref epoll);

    private void Change(int operation, int fd, Readiness interest, string call)
    {
        epoll_event change = default;
        change.events = (int)(uint)interest;
        change.data.fd = fd;
        if (epoll_ctl(epoll, operation, fd, &change) < 0)
        {
            LinuxException.ThrowLast(call, fd.ToString());
        }
    }
}

/// <summary>Waiting on a single descriptor; see poll(2).</summary>
public static unsafe class Polling
{
    /// <summary>Waits until the descriptor is ready or the time is up; None when it is up.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="interest">What to wait for; errors and hang-ups are always reported.</param>
    /// <param name="timeout">In milliseconds; -1 waits without limit.</param>
    public static Readiness Wait(int fd, Readiness interest, int timeout)
    {
        pollfd entry = default;
        entry.fd = fd;
        entry.events = (short)interest;
        long deadline = timeout < 0 ? long.MaxValue : Environment.TickCount64 + timeout;
        while (true)
        {
            int count = poll(&entry, 1, timeout);
            if (count >= 0)
            {
                return count == 0 ? Readiness.None : (Readiness)(ushort)entry.revents;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR)
            {
                throw new LinuxException("poll", error);
            }

            timeout = timeout < 0 ? -1 : (int)Math.Max(0, deadline - Environment.TickCount64);
        }
    }

    /// <summary>Waits on two descriptors at once, e.g. for an event and for a cancellation.</summary>
    public static (Readiness First, Readiness Second) Wait(int first, Readiness firstInterest, int second, Readiness secondInterest, int timeout)
    {
        pollfd* entries = stackalloc pollfd[2];
        entries[0] = new pollfd { fd = first, events = (short)firstInterest };
        entries[1] = new pollfd { fd = second, events = (short)secondInterest };
        long deadline = timeout < 0 ? long.MaxValue : Environment.TickCount64 + timeout;
        while (true)
        {
            int count = poll(entries, 2, timeout);
            if (count >= 0)
            {
                return ((Readiness)(ushort)entries[0].revents, (Readiness)(ushort)entries[1].revents);
            }

            int error = Marshal.GetLastPInvokeError();
            if (error != Errno.EINTR)
            {
                throw new LinuxException("poll", error);
            }

            timeout = timeout < 0 ? -1 : (int)Math.Max(0, deadline - Environment.TickCount64);
        }
    }

    // Tmds.LibC's does not keep errno, so that a poll that a signal interrupts would look like whatever failed before it.
    [DllImport("libc.so.6", SetLastError = true)]
    private static extern int poll(pollfd* entries, nuint count, int timeout);
}
