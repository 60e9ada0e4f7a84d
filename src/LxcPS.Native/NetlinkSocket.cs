using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>Takes one message of an answer.</summary>
/// <param name="type">Its type, e.g. RTM_NEWADDR.</param>
/// <param name="body">What follows the header: the family's fixed part and the attributes.</param>
public delegate void NetlinkHandler(ushort type, ReadOnlySpan<byte> body);

/// <summary>
/// A socket to the kernel's routing part, see netlink(7) and rtnetlink(7). It talks to the network namespace that the opening thread is in,
/// also after that thread has left it.
/// </summary>
public sealed unsafe class NetlinkSocket : IDisposable
{
    private const int AF_NETLINK = 16;
    private const int SOCK_RAW = 3;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int SOL_NETLINK = 270;
    private const int NETLINK_CAP_ACK = 10;
    private const int NETLINK_EXT_ACK = 11;
    private const int NETLINK_GET_STRICT_CHK = 12;
    private const int MSG_TRUNC = 0x20;
    private const ushort NLMSG_ERROR = 2;
    private const ushort NLMSG_DONE = 3;
    private const ushort NLM_F_ACK_TLVS = 0x200;
    private const ushort NLMSGERR_ATTR_MSG = 1;

    // A part of a dump fits the buffer of the reader; single messages are some KiB at most.
    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(16384);
    private int fd;
    private uint sequence;

    /// <summary>Opens the socket.</summary>
    public NetlinkSocket()
    {
        fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0 /* NETLINK_ROUTE */);
        if (fd < 0)
        {
            LinuxException.ThrowLast("socket(AF_NETLINK)");
        }

        // Short acknowledgements, reasons in words, and no dump that ignores what it was asked; a kernel without one of them works all the same.
        int on = 1;
        _ = setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(int));
        _ = setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(int));
        _ = setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(int));
    }

    /// <summary>What the kernel said in words about the last request that it refused, or empty.</summary>
    public string Complaint { get; private set; } = string.Empty;

    /// <summary>Sends a request and waits until it is done; an error of the kernel's is thrown.</summary>
    /// <param name="message">The request.</param>
    /// <param name="call">What is asked for, for messages, e.g. <c>RTM_NEWLINK</c>.</param>
    /// <param name="what">The object, for messages.</param>
    /// <param name="handler">Takes the messages of the answer, or null.</param>
    public void Request(NetlinkMessage message, string call, string? what = null, NetlinkHandler? handler = null)
    {
        int error = TryRequest(message, handler);
        if (error != 0)
        {
            throw new LinuxException(call, error, what);
        }
    }

    /// <summary>Sends a request and waits until it is done; the result is 0, or the errno with which the kernel refused.</summary>
    public int TryRequest(NetlinkMessage message, NetlinkHandler? handler = null)
    {
        Complaint = string.Empty;
        message.SetSequence(++sequence);
        Send(message.Bytes);
        while (true)
        {
            ReadOnlySpan<byte> rest = buffer.AsSpan(0, Receive());
            while (rest.Length >= NetlinkMessage.HeaderSize)
            {
                int length = (int)MemoryMarshal.Read<uint>(rest);
                if (length < NetlinkMessage.HeaderSize || length > rest.Length)
                {
                    return Errno.EIO;
                }

                ushort type = MemoryMarshal.Read<ushort>(rest[4..]);
                ushort flags = MemoryMarshal.Read<ushort>(rest[6..]);
                uint number = MemoryMarshal.Read<uint>(rest[8..]);
                ReadOnlySpan<byte> body = rest[NetlinkMessage.HeaderSize..length];
                rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
                if (number != sequence)
                {
                    continue;
                }

                if (type is NLMSG_ERROR or NLMSG_DONE)
                {
                    return End(type, flags, body);
                }

                handler?.Invoke(type, body);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptors.CloseOnce(ref fd);

    // The end of a dump has a number too: the errno that broke it off.
    private int End(ushort type, ushort flags, ReadOnlySpan<byte> body)
    {
        int error = body.Length >= 4 ? -MemoryMarshal.Read<int>(body) : 0;
        if (error > 0 && (flags & NLM_F_ACK_TLVS) != 0)
        {
            // After the number an acknowledgement repeats the header of the request; with NETLINK_CAP_ACK no more of it.
            int skip = type == NLMSG_ERROR ? sizeof(int) + NetlinkMessage.HeaderSize : sizeof(int);
            NetlinkAttributes attributes = new(body[Math.Min(skip, body.Length)..]);
            while (attributes.Next())
            {
                if (attributes.Type == NLMSGERR_ATTR_MSG)
                {
                    Complaint = attributes.Text;
                }
            }
        }

        return Math.Max(error, 0);
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            while ((long)send(fd, start, bytes.Length, 0) < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error != Errno.EINTR)
                {
                    throw new LinuxException("send(AF_NETLINK)", error);
                }
            }
        }
    }

    private int Receive()
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                long count = (long)recv(fd, start, buffer.Length, MSG_TRUNC);
                if (count >= 0)
                {
                    return count <= buffer.Length ? (int)count : throw new LinuxException("recv(AF_NETLINK)", Errno.EOVERFLOW);
                }

                int error = Marshal.GetLastPInvokeError();
                if (error != Errno.EINTR)
                {
                    throw new LinuxException("recv(AF_NETLINK)", error);
                }
            }
        }
    }
}
