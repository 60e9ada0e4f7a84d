using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <summary>
/// The socket that lxc-monitor(1) takes the changes of state of a directory of containers from: a message each, as
/// <see cref="ControlSocket.WriteStateMessage"/> has it. LXC's lxc-monitord listens there, or our <see cref="StateDaemon"/>.
/// </summary>
internal static class StateSocket
{
    /// <summary>As much of the name as LXC uses, in bytes.</summary>
    private const int MaximumLength = 105;

    /// <summary>Its abstract name, without the leading NUL: a hash, and as much of the path as there is room for.</summary>
    internal static string NameOf(string lxcPath)
    {
        string name = $"lxc/{ControlSocket.Fnv1a64($"lxc/{lxcPath}/monitor-sock"):x16}/{lxcPath}";
        while (Encoding.UTF8.GetByteCount(name) > MaximumLength)
        {
            name = name[..^1];
        }

        return name;
    }

    /// <summary>Connects, or -1 when nobody listens there whom the caller believes.</summary>
    internal static int TryConnect(string lxcPath)
    {
        int fd = LocalSockets.TryConnect(NameOf(lxcPath));
        if (fd >= 0 && !IsTrusted(fd))
        {
            Descriptors.Close(fd);
            return -1;
        }

        return fd;
    }

    /// <summary>Whether the other side is root or the caller's own user.</summary>
    internal static bool IsTrusted(int fd)
    {
        uint user = LocalSockets.Peer(fd).UserId;
        return user == 0 || user == Processes.EffectiveUserId;
    }
}
