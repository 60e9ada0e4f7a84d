using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <summary>The FIFO that whoever changes the state of a container writes to: what reads it is a <see cref="StateDaemon"/>, ours or LXC's.</summary>
internal static class StateFifo
{
    /// <summary>
    /// The type of a message that says nothing but its number, which comes back to whoever has written it. LXC's programs pass it on and overlook
    /// it: theirs are 0 for a state, 1 and 2.
    /// </summary>
    private const int Marker = 0x4c78;

    /// <summary>Where it is for a directory of containers.</summary>
    /// <exception cref="LxcException">HostUnsupported: the caller has no runtime directory.</exception>
    internal static string PathOf(string lxcPath) => $"{ContainerLock.RuntimeDirectory}/lxc/{lxcPath.TrimStart('/')}/monitor-fifo";

    /// <summary>Tells a new state; without a listener nothing happens.</summary>
    internal static void Announce(string lxcPath, string name, ContainerState state)
    {
        Span<byte> message = stackalloc byte[ControlSocket.StateMessageSize];
        ControlSocket.WriteStateMessage(message, name, state);
        WriteIfPossible(lxcPath, message);
    }

    /// <summary>Tells how init ended; without a listener nothing happens.</summary>
    internal static void AnnounceExit(string lxcPath, string name, int exitCode)
    {
        Span<byte> message = stackalloc byte[ControlSocket.StateMessageSize];
        ControlSocket.WriteExitMessage(message, name, exitCode);
        WriteIfPossible(lxcPath, message);
    }

    /// <summary>Writes a message that only whoever knows its number takes note of; false when nobody reads.</summary>
    /// <exception cref="LxcException">HostUnsupported: the caller has no runtime directory.</exception>
    internal static bool Mark(string lxcPath, int number)
    {
        Span<byte> message = stackalloc byte[ControlSocket.StateMessageSize];
        ControlSocket.WriteStateMessage(message, string.Empty, (ContainerState)number);
        BitConverter.TryWriteBytes(message, Marker);
        return Write(lxcPath, message);
    }

    /// <summary>The number of a marker, or null when the message is none.</summary>
    internal static int? MarkOf(ReadOnlySpan<byte> message) =>
        BitConverter.ToInt32(message) == Marker ? BitConverter.ToInt32(message[(4 + 256)..]) : null;

    private static void WriteIfPossible(string lxcPath, ReadOnlySpan<byte> message)
    {
        try
        {
            Write(lxcPath, message);
        }
        catch (LxcException)
        {
            // A user without a runtime directory: nobody who listens has a place for a FIFO either.
        }
    }

    private static bool Write(string lxcPath, ReadOnlySpan<byte> message)
    {
        string path = PathOf(lxcPath);
        int fd = Descriptors.TryOpen(path, OpenFlags.WriteOnly | OpenFlags.NonBlocking, out int error);
        if (fd < 0)
        {
            // No FIFO, or nobody reads it, or it is another user's: nobody wants to know.
            return error is Errno.ENOENT or Errno.ENXIO or Errno.ENOTDIR or Errno.EACCES ? false : throw new LinuxException("open", error, path);
        }

        try
        {
            // Shorter than PIPE_BUF: it goes in whole, or, with a reader that does not keep up, not at all.
            return Descriptors.Write(fd, message) == message.Length;
        }
        catch (LinuxException e) when (e.Number == Errno.EPIPE)
        {
            // The reader went away between the open and the write.
            return false;
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }
}
