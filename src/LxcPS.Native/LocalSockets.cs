using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>Who is at the other end of a local socket; see SO_PEERCRED in unix(7).</summary>
/// <param name="ProcessId">The process that connected.</param>
/// <param name="UserId">Its effective user.</param>
/// <param name="GroupId">Its effective group.</param>
public readonly record struct PeerCredentials(int ProcessId, uint UserId, uint GroupId);

/// <summary>Unix sockets: abstract names, descriptors in messages, credentials.</summary>
public static unsafe partial class LocalSockets
{
    /// <summary>The longest abstract name that sockaddr_un takes, in bytes.</summary>
    public const int MaximumNameLength = 107;

    private const int SOCK_CLOEXEC = 0x80000;
    private const int SOCK_NONBLOCK = 0x800;

    /// <summary>A connected pair that keeps message boundaries, for a parent and its child.</summary>
    public static (int First, int Second) Pair()
    {
        int* ends = stackalloc int[2];
        if (socketpair(AF_UNIX, 5 /* SOCK_SEQPACKET */ | SOCK_CLOEXEC, 0, ends) < 0)
        {
            LinuxException.ThrowLast("socketpair");
        }

        return (ends[0], ends[1]);
    }

    /// <summary>Listens on an abstract name; EADDRINUSE says that somebody does already. Non-blocking.</summary>
    public static int Listen(string name)
    {
        int fd = Reserve(name);
        if (listen(fd, 1024) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            Descriptors.Close(fd);
            throw new LinuxException("listen", error, "@" + name);
        }

        return fd;
    }

    /// <summary>Takes an abstract name without listening: nobody else can have it, and who connects is refused.</summary>
    public static int Reserve(string name)
    {
        int fd = NewSocket(SOCK_NONBLOCK);
        try
        {
            sockaddr_un address;
            int length = Address(name, &address);
            if (bind(fd, (sockaddr*)&address, length) < 0)
            {
                LinuxException.ThrowLast("bind", "@" + name);
            }

            return fd;
        }
        catch
        {
            Descriptors.Close(fd);
            throw;
        }
    }

    /// <summary>Connects to an abstract name, or -1 when nobody listens there.</summary>
    public static int TryConnect(string name)
    {
        int fd = NewSocket(0);
        sockaddr_un address;
        int length = Address(name, &address);
        while (connect(fd, (sockaddr*)&address, length) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == Errno.EINTR)
            {
                continue;
            }

            Descriptors.Close(fd);
            return error is Errno.ECONNREFUSED or Errno.ENOENT ? -1 : throw new LinuxException("connect", error, "@" + name);
        }

        return fd;
    }

    /// <summary>Connects to the datagram socket at a path, as log services have one, or -1 when nobody listens there. Non-blocking.</summary>
    public static int TryConnectDatagram(string path)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        if (length > MaximumNameLength)
        {
            throw new LinuxException("connect", Errno.ENAMETOOLONG, path);
        }

        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
        {
            LinuxException.ThrowLast("socket(AF_UNIX)");
        }

        sockaddr_un address;
        Span<byte> raw = new(&address, 110);
        raw.Clear();
        BitConverter.TryWriteBytes(raw, (ushort)AF_UNIX);
        Encoding.UTF8.GetBytes(path, raw[2..]);
        if (connect(fd, (sockaddr*)&address, 3 + length) >= 0)
        {
            return fd;
        }

        int error = Marshal.GetLastPInvokeError();
        Descriptors.Close(fd);
        return error is Errno.ECONNREFUSED or Errno.ENOENT ? -1 : throw new LinuxException("connect", error, path);
    }

    /// <summary>Accepts a connection, or -1 when none waits. Non-blocking.</summary>
    public static int Accept(int listener)
    {
        int fd = accept4(listener, null, null, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0)
        {
            return fd;
        }

        int error = Marshal.GetLastPInvokeError();
        return error is Errno.EAGAIN or Errno.EINTR or 103 /* ECONNABORTED */ ? -1 : throw new LinuxException("accept4", error);
    }

    /// <summary>Who connected.</summary>
    public static PeerCredentials Peer(int fd)
    {
        int* credentials = stackalloc int[3];
        socklen_t length = 12;
        if (getsockopt(fd, SOL_SOCKET, 17 /* SO_PEERCRED */, credentials, &length) < 0)
        {
            LinuxException.ThrowLast("getsockopt(SO_PEERCRED)");
        }

        return new PeerCredentials(credentials[0], (uint)credentials[1], (uint)credentials[2]);
    }

    /// <summary>Ends one direction of a connection: the peer reads its end.</summary>
    public static void ShutdownWrite(int fd) => Shutdown(fd, 1);

    /// <summary>Takes nothing more: what has come can be received still, and whoever sends from now on gets EPIPE.</summary>
    public static void ShutdownRead(int fd) => Shutdown(fd, 0);

    private static void Shutdown(int fd, int how)
    {
        if (shutdown(fd, how) < 0)
        {
            LinuxException.ThrowLast("shutdown");
        }
    }

    private static int NewSocket(int flags)
    {
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
        if (fd < 0)
        {
            LinuxException.ThrowLast("socket(AF_UNIX)");
        }

        return fd;
    }

    private static int Address(string name, sockaddr_un* address)
    {
        Span<byte> raw = new(address, 110);
        raw.Clear();
        BitConverter.TryWriteBytes(raw, (ushort)AF_UNIX);
        int length = Encoding.UTF8.GetByteCount(name);
        if (length > MaximumNameLength)
        {
            throw new LinuxException("bind", Errno.ENAMETOOLONG, "@" + name);
        }

        Encoding.UTF8.GetBytes(name, raw[3..]);
        return 3 + length;
    }
}
