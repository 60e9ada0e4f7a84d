using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <content>Sockets of the file system that keep message boundaries.</content>
public static unsafe partial class LocalSockets
{
    /// <summary>The longest path that sockaddr_un takes, in bytes.</summary>
    public const int MaximumPathLength = 107;

    /// <summary>
    /// Connects to a SOCK_SEQPACKET socket of the file system without waiting; -1 when nobody listens or accepts there at this moment.
    /// Non-blocking.
    /// </summary>
    /// <param name="path">The path; one that begins with @ is an abstract name.</param>
    public static int TryConnectMessages(string path)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(path);
        if (bytes.Length is 0 or > MaximumPathLength)
        {
            throw new LinuxException("connect", Errno.ENAMETOOLONG, path);
        }

        bool isAbstract = bytes[0] == (byte)'@';
        if (isAbstract)
        {
            bytes[0] = 0;
        }

        int fd = socket(AF_UNIX, 5 /* SOCK_SEQPACKET */ | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
        {
            LinuxException.ThrowLast("socket");
        }

        byte* address = stackalloc byte[2 + MaximumPathLength + 1];
        new Span<byte>(address, 2 + MaximumPathLength + 1).Clear();
        *(ushort*)address = 1; // AF_UNIX
        bytes.CopyTo(new Span<byte>(address + 2, bytes.Length));
        if (connect(fd, (sockaddr*)address, 2 + bytes.Length + (isAbstract ? 0 : 1)) < 0)
        {
            // A full queue is EAGAIN; another kind of socket EPROTOTYPE.
            Descriptors.Close(fd);
            return -1;
        }

        return fd;
    }
}
