using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <summary>The FIFO that lxc-monitor(1) listens on: every state change and the end of init are written there when somebody reads it.</summary>
internal static class StateFifo
{
    /// <summary>Tells a new state; without a listener nothing happens.</summary>
    internal static void Announce(string lxcPath, string name, ContainerState state)
    {
        Span<byte> message = stackalloc byte[ControlSocket.StateMessageSize];
        ControlSocket.WriteStateMessage(message, name, state);
        Write(lxcPath, message);
    }

    /// <summary>Tells how init ended; without a listener nothing happens.</summary>
    internal static void AnnounceExit(string lxcPath, string name, int exitCode)
    {
        Span<byte> message = stackalloc byte[ControlSocket.StateMessageSize];
        ControlSocket.WriteExitMessage(message, name, exitCode);
        Write(lxcPath, message);
    }

    private static void Write(string lxcPath, ReadOnlySpan<byte> message)
    {
        string run = Processes.EffectiveUserId == 0 ? "/run" : Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? "/run";
        int fd;
        try
        {
            fd = Descriptors.Open($"{run}/lxc/{lxcPath.TrimStart('/')}/monitor-fifo", OpenFlags.WriteOnly | OpenFlags.NonBlocking);
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENXIO or Errno.ENOTDIR)
        {
            // No FIFO, or nobody reads it: nobody wants to know.
            return;
        }

        try
        {
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
