using LxcPS.Native;

namespace LxcPS.Engine.Protocol;

/// <content>Whom a client believes.</content>
public static partial class ControlClient
{
    /// <summary>
    /// A connection to the container's monitor, or -1 when none listens. Abstract names have no owner: whoever takes that of a stopped
    /// container could tell us which process is its init, and have us signal and enter it. So only root, the caller, and the owner of the
    /// container are believed.
    /// </summary>
    private static int Connect(string lxcPath, string name)
    {
        int fd = LocalSockets.TryConnect(ControlSocket.NameOf(lxcPath, name));
        if (fd >= 0 && !IsTrusted(LocalSockets.Peer(fd).UserId, lxcPath, name))
        {
            Descriptors.Close(fd);
            return -1;
        }

        return fd;
    }

    /// <summary>Who listens in place of a monitor, or null.</summary>
    internal static PeerCredentials? FindImpostor(string lxcPath, string name)
    {
        int fd = LocalSockets.TryConnect(ControlSocket.NameOf(lxcPath, name));
        if (fd < 0)
        {
            return null;
        }

        PeerCredentials peer = LocalSockets.Peer(fd);
        Descriptors.Close(fd);
        return IsTrusted(peer.UserId, lxcPath, name) ? null : peer;
    }

    private static bool IsTrusted(uint user, string lxcPath, string name) =>
        user == 0 || user == Processes.EffectiveUserId
        || FileTree.TryStatus(Descriptors.CurrentDirectory, Path.Combine(lxcPath, name), false, out FileStatus directory) && directory.UserId == user;
}
