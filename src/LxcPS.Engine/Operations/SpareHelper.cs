using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>A helper that stands ready in <see cref="LifeCycle.HelperWaiter"/>, or serves a request and comes back to that.</summary>
/// <param name="pidfd">Its pidfd.</param>
/// <param name="socket">Where it is told what to do; a helper without work whose socket is closed ends.</param>
/// <param name="inherited">What it inherited from its session but for the environment.</param>
/// <param name="environment">The environment that it inherited.</param>
internal sealed class SpareHelper(int pidfd, int socket, string inherited, string environment)
{
    private int socket = socket;

    internal int Pidfd => pidfd;

    internal string Inherited => inherited;

    internal string Environment => environment;

    /// <summary>When it was last used, on the clock of <see cref="System.Environment.TickCount64"/>.</summary>
    internal long Used { get; set; }

    /// <summary>Whether it has entered its container more than once.</summary>
    internal bool HasReturned { get; set; }

    /// <summary>The container that it has entered, and then no other: its memory knows of commands there. Null as long as it is fresh.</summary>
    internal string? Container { get; set; }

    internal void Send(ReadOnlySpan<byte> message, ReadOnlySpan<int> descriptors) => LocalSockets.Send(socket, message, descriptors);

    /// <summary>Leaves it to its work: it ends after it, and whoever has its pidfd reaps it.</summary>
    internal void LetGo() => Descriptors.CloseOnce(ref socket);

    /// <summary>Ends it, also one that is suspended, and waits for its end.</summary>
    internal void End()
    {
        try
        {
            Processes.Signal(pidfd, 9);
            Processes.Wait(pidfd);
        }
        catch (LinuxException e) when (e.Number == Errno.ECHILD)
        {
            // In a session that ignores SIGCHLD the kernel reaps it.
        }
        finally
        {
            LetGo();
            Descriptors.Close(pidfd);
        }
    }
}
