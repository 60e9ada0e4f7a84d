using LxcPS.Engine.KernelLog;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>
/// Answers for the system calls that the container's filters leave to the monitor: those of init and of each program that entered have a
/// listener of their own. Nothing here waits, and no call is left without an answer: where nobody else gives one, it is ENOSYS.
/// </summary>
internal sealed class SeccompNotifier : IDisposable
{
    /// <summary>The most listeners: programs that enter at one time, and leave children behind.</summary>
    private const int MaximumListeners = 1024;

    private readonly PollSet poll;
    private readonly Func<int> initPid;
    private readonly SeccompProxy? proxy;
    private readonly KernelLogServer? own;
    private readonly HashSet<int> listeners = [];
    private readonly byte[] notification;

    // Who has made this: the monitor, for the proxy.
    private readonly int monitorPid = Processes.CurrentId;
    private bool paused;

    private SeccompNotifier(PollSet poll, Func<int> initPid, SeccompProxy? proxy, NotificationSizes sizes, KernelLogServer? own)
    {
        this.poll = poll;
        this.initPid = initPid;
        this.proxy = proxy;
        this.own = own;
        notification = new byte[Math.Max(sizes.Notification, (ushort)80)];
    }

    /// <summary>The listener of init's filter, or -1.</summary>
    internal int InitListener { get; private set; } = -1;

    /// <summary>When the notifier has to be asked to <see cref="Expire"/> again, as Environment.TickCount64.</summary>
    internal long NextDeadline => Math.Min(proxy?.NextDeadline ?? long.MaxValue, own?.NextDeadline ?? long.MaxValue);

    /// <summary>Makes a notifier.</summary>
    /// <param name="poll">The event loop.</param>
    /// <param name="initPid">Gives the container's init.</param>
    /// <param name="open">Opens a program in the container.</param>
    /// <param name="proxyAddress">The value of lxc.seccomp.notify.proxy, or null.</param>
    /// <param name="cookie">The value of lxc.seccomp.notify.cookie.</param>
    /// <param name="own">Answers for calls that the monitor serves itself, or null.</param>
    internal static SeccompNotifier Create(PollSet poll, Func<int> initPid, Func<int, ContainerProgram> open, string? proxyAddress, string cookie,
        KernelLogServer? own)
    {
        NotificationSizes sizes = SeccompListener.Sizes();
        string? path = proxyAddress?["unix:".Length..];
        return new SeccompNotifier(poll, initPid, path is null ? null : new SeccompProxy(poll, path, sizes, cookie, open), sizes, own);
    }

    /// <summary>Why nobody will answer for calls of the policy's now, or null.</summary>
    internal string? WhyUnanswered() =>
        proxy is null ? "lxc.seccomp.notify.proxy names no socket" : proxy.Connect() ? null : "nobody listens on the socket of lxc.seccomp.notify.proxy";

    /// <summary>Answers for what comes through a listener from now on; false when there are too many, and the caller keeps it.</summary>
    /// <param name="listener">The descriptor, which is closed when no process has its filter any more.</param>
    /// <param name="ofInit">Whether it is that of init's filter.</param>
    internal bool Add(int listener, bool ofInit)
    {
        if (listeners.Count >= MaximumListeners)
        {
            return false;
        }

        poll.Add(listener, paused ? Readiness.None : Readiness.Readable);
        listeners.Add(listener);
        if (ofInit)
        {
            InitListener = listener;
        }

        return true;
    }

    /// <summary>Handles a ready descriptor; false when it is none of the notifier's.</summary>
    internal bool Handle(int fd, Readiness ready)
    {
        if (own is not null && own.Handle(fd))
        {
            return true;
        }

        if (proxy is not null && proxy.Handle(fd))
        {
            Resume();
            return true;
        }

        if (!listeners.Contains(fd))
        {
            return false;
        }

        if ((ready & Readiness.Readable) != 0)
        {
            Take(fd);
        }
        else if ((ready & (Readiness.HangUp | Readiness.Error)) != 0)
        {
            // No process has the filter any more.
            Remove(fd);
        }

        return true;
    }

    /// <summary>Answers what others have been given time for.</summary>
    internal void Expire(long now)
    {
        own?.Expire(now);
        proxy?.Expire(now);
        Resume();
    }

    /// <summary>Closes everything in this process: another one has it, and goes on.</summary>
    internal void LetGo()
    {
        proxy?.LetGo();
        own?.LetGo();
        foreach (int fd in listeners)
        {
            Descriptors.Close(fd);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        proxy?.Dispose();
        own?.Dispose();
        foreach (int fd in listeners.ToArray())
        {
            Remove(fd);
        }
    }

    private void Take(int listener)
    {
        try
        {
            // One at a time: what else is ready has its turn before the next. A process that reads the listener too, which only one with
            // the rights of the monitor can have, could take it away in between.
            if (Polling.Wait(listener, Readiness.Readable, 0) == Readiness.None || !SeccompListener.Receive(listener, notification))
            {
                return;
            }
        }
        catch (LinuxException)
        {
            // It is no listener.
            Remove(listener);
            return;
        }

        CaughtCall call = new(notification);
        if (own is not null && own.Serves(call))
        {
            own.Serve(listener, call);
        }
        else if (proxy is null || !proxy.Ask(listener, notification, monitorPid, initPid()))
        {
            SeccompProxy.Refuse(listener, call.Id);
        }

        if (proxy is { IsFull: true } && !paused)
        {
            Pause(true);
        }
    }

    private void Resume()
    {
        if (paused && proxy is not { IsFull: true })
        {
            Pause(false);
        }
    }

    private void Pause(bool pause)
    {
        paused = pause;
        foreach (int fd in listeners)
        {
            poll.Modify(fd, pause ? Readiness.None : Readiness.Readable);
        }
    }

    private void Remove(int listener)
    {
        listeners.Remove(listener);
        proxy?.Forget(listener);
        own?.Forget(listener);
        poll.Remove(listener);
        Descriptors.Close(listener);
        if (listener == InitListener)
        {
            InitListener = -1;
        }
    }
}
