using System.Runtime.InteropServices;
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

    // struct sock_fprog
    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public byte* Instructions;
    }
}
