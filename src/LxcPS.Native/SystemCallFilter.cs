using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>Filters of system calls, see seccomp(2).</summary>
public static unsafe class SystemCallFilter
{
    /// <summary>The size of one instruction in bytes: struct sock_filter.</summary>
    public const int InstructionSize = 8;

    /// <summary>The most instructions that the kernel takes (BPF_MAXINSNS).</summary>
    public const int MaximumInstructions = 4096;

    private const int SECCOMP_SET_MODE_FILTER = 1;
    private const int SECCOMP_FILTER_FLAG_NEW_LISTENER = 8;
    private const ushort BPF_RET = 6;
    private const uint SECCOMP_RET_USER_NOTIF = 0x7FC00000;

    /// <summary>
    /// Adds a filter to the calling thread, for good and for all that it starts. Needs CAP_SYS_ADMIN in the caller's user namespace, or
    /// no_new_privs.
    /// </summary>
    /// <param name="program">The classic BPF program.</param>
    public static void Install(ReadOnlySpan<byte> program)
    {
        if (program.Length == 0 || program.Length % InstructionSize != 0 || program.Length / InstructionSize > MaximumInstructions)
        {
            throw new LinuxException("seccomp(SECCOMP_SET_MODE_FILTER)", Errno.EINVAL);
        }

        fixed (byte* start = program)
        {
            Program description = new() { Length = (ushort)(program.Length / InstructionSize), Instructions = start };
            LinuxException.Check(syscall(SystemCall.seccomp, SECCOMP_SET_MODE_FILTER, 0, &description), "seccomp(SECCOMP_SET_MODE_FILTER)");
        }
    }

    /// <summary>Whether a program leaves calls to another process: it has to be installed with a listener.</summary>
    /// <param name="program">The classic BPF program.</param>
    public static bool Notifies(ReadOnlySpan<byte> program)
    {
        for (; program.Length >= InstructionSize; program = program[InstructionSize..])
        {
            if (BitConverter.ToUInt16(program) == BPF_RET && (BitConverter.ToUInt32(program[4..]) & 0xFFFF0000) == SECCOMP_RET_USER_NOTIF)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The same with a listener, which is sent at once: between the two the thread makes no other call, because one that the filter leaves
    /// to the listener would wait for an answer that nobody can give yet. See seccomp_unotify(2).
    /// </summary>
    /// <param name="program">The classic BPF program; it must allow sendmsg(2).</param>
    /// <param name="socket">A socket that keeps message boundaries.</param>
    /// <param name="message">What is sent with the listener.</param>
    /// <exception cref="LinuxException">EBUSY: a filter of the caller's has a listener already.</exception>
    public static void InstallWithListener(ReadOnlySpan<byte> program, int socket, byte message)
    {
        if (program.Length == 0 || program.Length % InstructionSize != 0 || program.Length / InstructionSize > MaximumInstructions)
        {
            throw new LinuxException("seccomp(SECCOMP_SET_MODE_FILTER)", Errno.EINVAL);
        }

        // What is sent is laid out beforehand, with the place of the descriptor left open.
        iovec vector = new() { iov_base = &message, iov_len = 1 };
        byte* control = stackalloc byte[24];
        new Span<byte>(control, 24).Clear();
        *(nuint*)control = 20;
        *(int*)(control + 8) = SOL_SOCKET;
        *(int*)(control + 12) = 1 /* SCM_RIGHTS */;
        msghdr header = default;
        header.msg_iov = &vector;
        header.msg_iovlen = 1;
        header.msg_control = control;
        header.msg_controllen = 24;
        long listener;
        long sent;
        fixed (byte* start = program)
        {
            Program description = new() { Length = (ushort)(program.Length / InstructionSize), Instructions = start };
            listener = (long)syscall(SystemCall.seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &description);
            if (listener < 0)
            {
                LinuxException.ThrowLast("seccomp(SECCOMP_FILTER_FLAG_NEW_LISTENER)");
            }

            *(int*)(control + 16) = (int)listener;
            sent = (long)sendmsg(socket, &header, 0x4000 /* MSG_NOSIGNAL */);
        }

        if (sent < 0)
        {
            LinuxException.ThrowLast("sendmsg");
        }

        Descriptors.Close((int)listener);
    }

    // struct sock_fprog
    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public byte* Instructions;
    }
}
