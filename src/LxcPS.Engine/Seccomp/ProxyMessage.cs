using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>
/// What is said between a monitor and the proxy that answers for the calls of its container: LXC's struct seccomp_notify_proxy_msg, with
/// the kernel's structures behind it. The answer is the same without the cookie.
/// <code>
/// uint64 reserved; int32 monitor_pid; int32 init_pid; uint16 sizes[3]; (2 bytes of alignment); uint64 cookie_len;
/// struct seccomp_notif; struct seccomp_notif_resp; cookie
/// </code>
/// With it come three descriptors: of the caller's directory in /proc, of its memory, and of the listener.
/// </summary>
internal sealed class ProxyMessage
{
    /// <summary>The size of what stands before the kernel's structures.</summary>
    internal const int HeadSize = 32;

    private readonly NotificationSizes sizes;
    private readonly byte[] cookie;
    private readonly byte[] buffer;

    /// <summary>Prepares messages.</summary>
    /// <param name="sizes">The sizes of the kernel's structures.</param>
    /// <param name="cookie">The text that each message ends with.</param>
    internal ProxyMessage(NotificationSizes sizes, string cookie)
    {
        this.sizes = sizes;
        this.cookie = Encoding.UTF8.GetBytes(cookie);
        AnswerSize = HeadSize + sizes.Notification + sizes.Response;
        buffer = new byte[AnswerSize + this.cookie.Length];
    }

    /// <summary>The size of an answer.</summary>
    internal int AnswerSize { get; }

    /// <summary>The message about a notification; it is good until the next.</summary>
    internal ReadOnlySpan<byte> Of(ReadOnlySpan<byte> notification, int monitorPid, int initPid)
    {
        Span<byte> message = buffer;
        message.Clear();
        BitConverter.TryWriteBytes(message[8..], monitorPid);
        BitConverter.TryWriteBytes(message[12..], initPid);
        BitConverter.TryWriteBytes(message[16..], sizes.Notification);
        BitConverter.TryWriteBytes(message[18..], sizes.Response);
        BitConverter.TryWriteBytes(message[20..], sizes.Data);
        BitConverter.TryWriteBytes(message[24..], (ulong)cookie.Length);
        notification[..sizes.Notification].CopyTo(message[HeadSize..]);

        // The answer names the notification, so that a proxy can send the message back with no more than the result filled in.
        notification[..8].CopyTo(message[(HeadSize + sizes.Notification)..]);
        cookie.CopyTo(message[AnswerSize..]);
        return message;
    }

    /// <summary>The kernel's answer in an answer of the proxy; empty where it is none.</summary>
    internal ReadOnlySpan<byte> ResponseIn(ReadOnlySpan<byte> answer) =>
        answer.Length == AnswerSize && BitConverter.ToUInt64(answer) == 0 ? answer[(HeadSize + sizes.Notification)..] : [];
}
