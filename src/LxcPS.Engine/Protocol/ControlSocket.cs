using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <summary>The name and the frames of LXC's command socket (architecture: "Interoperation is the standard").</summary>
public static class ControlSocket
{
    /// <summary>Bytes of a request's and of a response's head: two 32-bit numbers and a pointer-sized word.</summary>
    public const int HeaderSize = 16;

    /// <summary>The most data that a request may carry, as LXC's server has it.</summary>
    public const int MaximumData = 4096 * 2;

    /// <summary>The number of container states: the length of a state client's request in 32-bit words.</summary>
    public const int StateCount = 8;

    /// <summary>Bytes of a state message: type, name of 256 bytes, value.</summary>
    public const int StateMessageSize = 4 + 256 + 4;

    /// <summary>The abstract name of a container's command socket, without the leading NUL.</summary>
    public static string NameOf(string lxcPath, string name)
    {
        string full = $"{lxcPath}/{name}/command";

        // 106: what LXC's buffer leaves; a longer name is a 64-bit FNV-1a hash of path and name.
        return Encoding.UTF8.GetByteCount(full) < 106 ? full : $"lxc/{Fnv1a64($"{lxcPath}/{name}"):x16}/command";
    }

    /// <summary>
    /// Takes a container's name for a change of the container itself: no monitor can start meanwhile. Close the descriptor to give it back.
    /// </summary>
    /// <param name="lxcPath">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="advice">What the user can do where the container runs.</param>
    /// <exception cref="LxcException">ContainerRunning: a monitor has it. ContainerBusy: another session changes the container.</exception>
    public static int Reserve(string lxcPath, string name, string advice)
    {
        try
        {
            return LocalSockets.Reserve(NameOf(lxcPath, name));
        }
        catch (LinuxException e) when (e.Number == Errno.EADDRINUSE)
        {
            throw IsTaken(lxcPath, name, e, advice);
        }
    }

    /// <summary>Why a container's name cannot be had: its monitor listens, or somebody changes the container.</summary>
    internal static LxcException IsTaken(string lxcPath, string name, LinuxException cause, string advice) =>
        ControlClient.FindImpostor(lxcPath, name) is { } impostor
        ? new LxcException(LxcErrorId.MonitorFailed,
            $"The command socket of container '{name}' is held by process {impostor.ProcessId} of user {impostor.UserId}, which is not its monitor", cause)
        {
            ContainerName = name,
            Step = "command socket",
            Advice = "See what that process is, and end it.",
        }
        : ControlClient.IsAlive(lxcPath, name)
        ? new LxcException(LxcErrorId.ContainerRunning, $"Container '{name}' is running", cause)
        {
            ContainerName = name,
            Step = "command socket",
            Advice = advice,
        }
        : new LxcException(LxcErrorId.ContainerBusy, $"Container '{name}' is being removed, renamed or stopped by another session at this moment", cause)
        {
            ContainerName = name,
            Step = "command socket",
            Advice = "Try again when that has ended.",
        };

    /// <summary>The 64-bit FNV-1a hash of a text's UTF-8 bytes.</summary>
    public static ulong Fnv1a64(string text)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ value) * 0x100000001b3;
        }

        return hash;
    }

    /// <summary>Writes a head: of a request (command, length, word) or of a response (result, length, word).</summary>
    public static void WriteHeader(Span<byte> header, int first, int length, long word)
    {
        BitConverter.TryWriteBytes(header, first);
        BitConverter.TryWriteBytes(header[4..], length);
        BitConverter.TryWriteBytes(header[8..], word);
    }

    /// <summary>Reads a head.</summary>
    public static (int First, int Length, long Word) ReadHeader(ReadOnlySpan<byte> header) =>
        (BitConverter.ToInt32(header), BitConverter.ToInt32(header[4..]), BitConverter.ToInt64(header[8..]));

    /// <summary>Writes a message that tells a state client of a new state.</summary>
    public static void WriteStateMessage(Span<byte> message, string name, ContainerState state) => WriteMessage(message, name, 0, (int)state);

    /// <summary>Writes a message that tells how init ended: by its exit code or 128 plus a signal, as a shell gives it.</summary>
    public static void WriteExitMessage(Span<byte> message, string name, int exitCode) => WriteMessage(message, name, 2, exitCode << 8);

    // The kinds and the fields of LXC's messages; an exit code is in the form of waitpid(2).
    private static void WriteMessage(Span<byte> message, string name, int kind, int value)
    {
        message.Clear();
        BitConverter.TryWriteBytes(message, kind);
        Encoding.UTF8.GetBytes(name, message.Slice(4, 255));
        BitConverter.TryWriteBytes(message[(4 + 256)..], value);
    }

    /// <summary>Reads such a message; null when it tells something else, e.g. an exit code.</summary>
    public static (string Name, ContainerState State)? ReadStateMessage(ReadOnlySpan<byte> message)
    {
        int state = BitConverter.ToInt32(message[(4 + 256)..]);
        ReadOnlySpan<byte> name = message.Slice(4, 256);
        int length = name.IndexOf((byte)0);
        return BitConverter.ToInt32(message) == 0 && length > 0 && state is >= 0 and < StateCount
            ? (Encoding.UTF8.GetString(name[..length]), (ContainerState)state)
            : null;
    }
}
