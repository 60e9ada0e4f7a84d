using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <summary>The FIFO that lxc-monitor(1) listens on: every state change is written there when somebody reads it.</summary>
internal static class StateFifo
{
    /// <summary>Where it is for a directory of containers.</summary>
    /// <exception cref="LxcException">HostUnsupported: the caller has no runtime directory.</exception>
    internal static string PathOf(string lxcPath) => $"{ContainerLock.RuntimeDirectory}/lxc/{lxcPath.TrimStart('/')}/monitor-fifo";

    /// <summary>Tells a new state; without a listener nothing happens.</summary>
    internal static void Announce(string lxcPath, string name, ContainerState state)
    {
        int fd;
        try
        {
            fd = Descriptors.Open(PathOf(lxcPath), OpenFlags.WriteOnly | OpenFlags.NonBlocking);
        }
        catch (LxcException)
        {
            // A user without a runtime directory: no monitor daemon of his has a place for a FIFO either.
            return;
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENXIO or Errno.ENOTDIR)
        {
            // No FIFO, or nobody reads it: nobody wants to know.
            return;
        }

        try
        {
            Span<byte> message = stackalloc byte[ControlSocket.StateMessageSize];
            ControlSocket.WriteStateMessage(message, name, state);

            // Shorter than PIPE_BUF: it goes in whole, or, with a reader that does not keep up, not at all.
            Descriptors.Write(fd, message);
        }
        catch (LinuxException e) when (e.Number == Errno.EPIPE)
        {
            // The reader went away between the open and the write.
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }
}
