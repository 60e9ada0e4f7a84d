using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>Signals as masks, dispositions and descriptors.</summary>
public static unsafe class SignalHandling
{
    /// <summary>Every signal but the two that libc keeps for itself.</summary>
    internal const ulong All = ~(3UL << 31);

    /// <summary>Blocks all signals of the calling thread and returns the old mask.</summary>
    public static ulong BlockAll() => SetMask(~0UL);

    /// <summary>Sets the signal mask (bit 0 is signal 1) of the calling thread and returns the old one.</summary>
    public static ulong SetMask(ulong mask)
    {
        ulong old = 0;
        LinuxException.Check(syscall(SystemCall.rt_sigprocmask, 2 /* SIG_SETMASK */, &mask, &old, 8), "rt_sigprocmask");
        return old;
    }

    /// <summary>The bit of a signal in a mask.</summary>
    public static ulong Bit(int signal) => 1UL << (signal - 1);

    /// <summary>
    /// Gives every signal its default action and unblocks all, as a program that is about to be executed expects it: an exec keeps ignored
    /// signals ignored, and the runtime ignores SIGPIPE.
    /// </summary>
    public static void ResetAll()
    {
        ulong* action = stackalloc ulong[4];
        new Span<ulong>(action, 4).Clear();
        for (int signal = 1; signal <= 64; signal++)
        {
            if (signal is not (9 or 19))
            {
                LinuxException.Check(syscall(SystemCall.rt_sigaction, signal, action, (void*)null, 8), "rt_sigaction");
            }
        }

        SetMask(0);
    }

    /// <summary>A descriptor that reads the signals of a mask; the caller blocks them. See signalfd(2).</summary>
    public static int OpenDescriptor(ulong mask) =>
        (int)LinuxException.Check(syscall(SystemCall.signalfd4, -1, &mask, 8, O_CLOEXEC | O_NONBLOCK), "signalfd");

    /// <summary>Takes one signal from a descriptor; 0 when none waits.</summary>
    public static (int Signal, int Sender) Take(int signalDescriptor)
    {
        Span<byte> info = stackalloc byte[128];
        return Descriptors.Read(signalDescriptor, info, "signalfd") == 128
            ? (BitConverter.ToInt32(info), BitConverter.ToInt32(info[12..]))
            : (0, 0);
    }
}
