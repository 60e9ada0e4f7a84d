using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>The sizes of the kernel's structures for notifications: struct seccomp_notif_sizes.</summary>
/// <param name="Notification">Of struct seccomp_notif.</param>
/// <param name="Response">Of struct seccomp_notif_resp.</param>
/// <param name="Data">Of struct seccomp_data.</param>
public readonly record struct NotificationSizes(ushort Notification, ushort Response, ushort Data);

/// <summary>The calls on the listener of a filter, see seccomp_unotify(2). Structures are bytes: they are passed on as the kernel has them.</summary>
public static unsafe class SeccompListener
{
    /// <summary>In the answer's flags: the call goes on as if it had not been caught.</summary>
    public const uint FlagContinue = 1;

    // _IOWR('!', 0, struct seccomp_notif), _IOWR('!', 1, struct seccomp_notif_resp), _IOW('!', 2, __u64)
    private const uint SECCOMP_IOCTL_NOTIF_RECV = 0xC0502100;
    private const uint SECCOMP_IOCTL_NOTIF_SEND = 0xC0182101;
    private const uint SECCOMP_IOCTL_NOTIF_ID_VALID = 0x40082102;
    private const int SECCOMP_GET_NOTIF_SIZES = 3;

    /// <summary>The sizes that this kernel has.</summary>
    public static NotificationSizes Sizes()
    {
        ushort* sizes = stackalloc ushort[3];
        LinuxException.Check(syscall(SystemCall.seccomp, SECCOMP_GET_NOTIF_SIZES, 0, sizes), "seccomp(SECCOMP_GET_NOTIF_SIZES)");
        return new NotificationSizes(sizes[0], sizes[1], sizes[2]);
    }

    /// <summary>Takes the next notification of a readable listener; false when its caller has gone meanwhile.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="notification">As large as <see cref="Sizes"/> says.</param>
    /// <exception cref="LinuxException">ENOTTY or EINVAL: the descriptor is no listener.</exception>
    public static bool Receive(int listener, Span<byte> notification)
    {
        notification.Clear();
        fixed (byte* start = notification)
        {
            if ((long)syscall(SystemCall.ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, start) >= 0)
            {
                return true;
            }
        }

        int error = Marshal.GetLastPInvokeError();
        return error is Errno.ENOENT or Errno.EINTR ? false : throw new LinuxException("ioctl(SECCOMP_IOCTL_NOTIF_RECV)", error);
    }

    /// <summary>Answers a notification; false when its caller has gone, or somebody else has answered it.</summary>
    /// <exception cref="LinuxException">EINVAL: the answer contradicts itself.</exception>
    public static bool Respond(int listener, ReadOnlySpan<byte> response)
    {
        fixed (byte* start = response)
        {
            if ((long)syscall(SystemCall.ioctl, listener, SECCOMP_IOCTL_NOTIF_SEND, start) >= 0)
            {
                return true;
            }
        }

        int error = Marshal.GetLastPInvokeError();
        return error is Errno.ENOENT or Errno.EINPROGRESS ? false : throw new LinuxException("ioctl(SECCOMP_IOCTL_NOTIF_SEND)", error);
    }

    /// <summary>Answers a notification with a value, or with an errno.</summary>
    public static bool Respond(int listener, ulong id, long value, int error, uint flags = 0)
    {
        Span<byte> response = stackalloc byte[24];
        BitConverter.TryWriteBytes(response, id);
        BitConverter.TryWriteBytes(response[8..], value);
        BitConverter.TryWriteBytes(response[16..], -error);
        BitConverter.TryWriteBytes(response[20..], flags);
        return Respond(listener, response);
    }

    /// <summary>Whether the caller of a notification still waits: what was opened by its process id before is that caller's.</summary>
    public static bool IsValid(int listener, ulong id) => (long)syscall(SystemCall.ioctl, listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) >= 0;
}
