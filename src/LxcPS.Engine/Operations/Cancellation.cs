using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>A cancellation token as a descriptor, so that one wait covers the kernel's events and the user's Ctrl+C.</summary>
internal sealed class Cancellation : IDisposable
{
    private readonly CancellationToken token;
    private readonly EventDescriptor? cancelled;
    private readonly CancellationTokenRegistration registration;

    internal Cancellation(CancellationToken token)
    {
        this.token = token;
        if (token.CanBeCanceled)
        {
            cancelled = new EventDescriptor();
            registration = token.Register(static state => ((EventDescriptor)state!).Signal(), cancelled);
        }
    }

    /// <summary>Readable once the token is cancelled; -1 when it cannot be.</summary>
    internal int Descriptor => cancelled?.Descriptor ?? -1;

    /// <summary>Waits for a descriptor to become readable or closed.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="timeout">In milliseconds; -1 waits without limit.</param>
    /// <returns>False when the time is up.</returns>
    /// <exception cref="LxcException">Canceled.</exception>
    internal bool Wait(int fd, int timeout)
    {
        Readiness ready = Descriptor < 0
            ? Polling.Wait(fd, Readiness.Readable, timeout)
            : Polling.Wait(fd, Readiness.Readable, Descriptor, Readiness.Readable, timeout).First;
        if (ready == Readiness.None)
        {
            ThrowIfRequested();
        }

        return ready != Readiness.None;
    }

    /// <summary>Throws when the token is cancelled.</summary>
    internal void ThrowIfRequested()
    {
        if (token.IsCancellationRequested)
        {
            throw new LxcException(LxcErrorId.Canceled, "The operation was stopped");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The registration first: it waits for a callback that is signalling at this moment.
        registration.Dispose();
        cancelled?.Dispose();
    }
}
