using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>A descriptor that becomes readable when somebody signals it, from any thread; see eventfd(2).</summary>
public sealed unsafe class EventDescriptor : IDisposable
{
    private const int EFD_CLOEXEC = 0x80000;
    private const int EFD_NONBLOCK = 0x800;
    private int descriptor;

    /// <summary>Creates a descriptor that is not signalled.</summary>
    public EventDescriptor() =>
        descriptor = (int)LinuxException.Check(syscall(SystemCall.eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd2");

    /// <summary>The descriptor to wait on.</summary>
    public int Descriptor => descriptor;

    /// <summary>Makes it readable for good.</summary>
    public void Signal() => Descriptors.WriteAll(Descriptor, [1, 0, 0, 0, 0, 0, 0, 0]);

    /// <inheritdoc/>
    public void Dispose() => Descriptors.CloseOnce(ref descriptor);
}
