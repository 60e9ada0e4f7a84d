namespace LxcPS.Engine.Seccomp;

/// <summary>A system call that a filter left to the monitor: what struct seccomp_notif says of it.</summary>
internal readonly ref struct CaughtCall
{
    private readonly ReadOnlySpan<byte> bytes;

    /// <summary>Reads a notification.</summary>
    internal CaughtCall(ReadOnlySpan<byte> notification) => bytes = notification;

    /// <summary>The number that the kernel knows the notification by; each filter counts its own.</summary>
    internal ulong Id => BitConverter.ToUInt64(bytes);

    /// <summary>The caller in the monitor's PID namespace.</summary>
    internal int ProcessId => BitConverter.ToInt32(bytes[8..]);

    /// <summary>The number of the system call on its architecture.</summary>
    internal int Number => BitConverter.ToInt32(bytes[16..]);

    /// <summary>The architecture: AUDIT_ARCH_, which SCMP_ARCH_ is the same as.</summary>
    internal uint Architecture => BitConverter.ToUInt32(bytes[20..]);

    /// <summary>An argument, from 0.</summary>
    internal ulong Argument(int index) => BitConverter.ToUInt64(bytes[(32 + (8 * index))..]);
}
