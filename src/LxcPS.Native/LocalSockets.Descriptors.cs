using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <content>Messages with descriptors and credentials in them; see unix(7) and cmsg(3).</content>
public static unsafe partial class LocalSockets
{
    private const int MSG_DONTWAIT = 0x40;
    private const int MSG_NOSIGNAL = 0x4000;
    private const int MSG_CMSG_CLOEXEC = 0x40000000;
    private const int MaximumDescriptors = 32;

    /// <summary>Sends a message with descriptors; false when a non-blocking peer does not take it now. Throws EPIPE when the peer is gone.</summary>
    /// <param name="fd">The socket.</param>
    /// <param name="data">At least one byte.</param>
    /// <param name="descriptors">Descriptors that the peer gets copies of; 32 at most.</param>
    /// <param name="wait">Whether to wait for room.</param>
    /// <param name="credentials">Whether to attach the caller's credentials, as liblxc's clients do.</param>
    public static int Send(int fd, ReadOnlySpan<byte> data, ReadOnlySpan<int> descriptors = default, bool wait = true, bool credentials = false)
    {
        if (descriptors.Length > MaximumDescriptors)
        {
            throw new LinuxException("sendmsg", Errno.E2BIG);
        }

        byte* control = stackalloc byte[ControlSpace(12) + ControlSpace(MaximumDescriptors * sizeof(int))];
        fixed (byte* start = data)
        {
            iovec vector = new() { iov_base = start, iov_len = data.Length };
            msghdr message = default;
            message.msg_iov = &vector;
            message.msg_iovlen = 1;
            int used = 0;
            if (credentials)
            {
                int* values = (int*)Header(control, SCM_CREDENTIALS, 12);
                values[0] = (int)getpid();
                values[1] = (int)(uint)geteuid();
                values[2] = (int)(uint)getegid();
                used = ControlSpace(12);
            }

            if (descriptors.Length > 0)
            {
                byte* values = Header(control + used, SCM_RIGHTS, descriptors.Length * sizeof(int));
                descriptors.CopyTo(new Span<int>(values, descriptors.Length));
                used += ControlSpace(descriptors.Length * sizeof(int));
            }

            message.msg_control = used == 0 ? null : control;
            message.msg_controllen = used;
            while (true)
            {
                long count = (long)sendmsg(fd, &message, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
                if (count >= 0)
                {
                    return (int)count;
                }

                int error = Marshal.GetLastPInvokeError();
                if (error == Errno.EAGAIN)
                {
                    return -1;
                }

                if (error != Errno.EINTR)
                {
                    throw new LinuxException("sendmsg", error);
                }
            }
        }
    }

    /// <summary>Receives a message and the descriptors that came with it: the number of bytes, 0 at the end, -1 when a non-blocking socket has none.</summary>
    /// <param name="fd">The socket.</param>
    /// <param name="buffer">Receives the data.</param>
    /// <param name="descriptors">Receives descriptors (close-on-exec); what does not fit is closed.</param>
    /// <param name="received">How many descriptors came.</param>
    public static int Receive(int fd, Span<byte> buffer, Span<int> descriptors, out int received)
    {
        byte* control = stackalloc byte[ControlSpace(12) + ControlSpace(MaximumDescriptors * sizeof(int))];
        received = 0;
        fixed (byte* start = buffer)
        {
            iovec vector = new() { iov_base = start, iov_len = buffer.Length };
            msghdr message = default;
            message.msg_iov = &vector;
            message.msg_iovlen = 1;
            message.msg_control = control;
            message.msg_controllen = (ControlSpace(12) + ControlSpace(MaximumDescriptors * sizeof(int)));
            long count;
            while ((count = (long)recvmsg(fd, &message, MSG_CMSG_CLOEXEC)) < 0)
            {
                int error = Marshal.GetLastPInvokeError();
                if (error == Errno.EAGAIN)
                {
                    return -1;
                }

                if (error != Errno.EINTR)
                {
                    throw new LinuxException("recvmsg", error);
                }
            }

            for (cmsghdr* header = CMSG_FIRSTHDR(&message); header is not null; header = CMSG_NXTHDR(&message, header))
            {
                if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
                {
                    continue;
                }

                int* values = (int*)CMSG_DATA(header);
                int number = ((int)(nuint)header->cmsg_len - ControlLength(0)) / sizeof(int);
                for (int i = 0; i < number; i++)
                {
                    if (received < descriptors.Length)
                    {
                        descriptors[received++] = values[i];
                    }
                    else
                    {
                        Descriptors.Close(values[i]);
                    }
                }
            }

            return (int)count;
        }
    }

    // Tmds.LibC's CMSG_LEN rounds up as CMSG_SPACE does, which makes two descriptors of one; see cmsg(3).
    private static int ControlLength(int data) => sizeof(cmsghdr) + data;

    private static int ControlSpace(int data) => sizeof(cmsghdr) + ((data + sizeof(nuint) - 1) & ~(sizeof(nuint) - 1));

    private static byte* Header(byte* place, int type, int length)
    {
        cmsghdr* header = (cmsghdr*)place;
        header->cmsg_len = ControlLength(length);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = type;
        return CMSG_DATA(header);
    }
}
