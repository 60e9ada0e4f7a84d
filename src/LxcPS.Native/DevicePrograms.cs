using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>Programs that decide on the device access of a cgroup v2, see bpf(2) and the kernel's cgroup-v2.rst, "Device controller".</summary>
public static unsafe class DevicePrograms
{
    private const int BPF_PROG_LOAD = 5;
    private const int BPF_PROG_ATTACH = 8;
    private const uint BPF_PROG_TYPE_CGROUP_DEVICE = 15;
    private const uint BPF_CGROUP_DEVICE = 6;
    private const uint BPF_F_ALLOW_MULTI = 2;
    private const int AttributeSize = 64;

    /// <summary>
    /// Loads a program and attaches it to a cgroup, beside those that are there: every one of them has to allow an access. It goes with the
    /// cgroup.
    /// </summary>
    /// <param name="cgroup">A descriptor of the cgroup's directory.</param>
    /// <param name="program">The instructions, eight bytes each.</param>
    /// <param name="name">The cgroup's name, for errors.</param>
    public static void Attach(int cgroup, ReadOnlySpan<ulong> program, string name)
    {
        int fd;
        byte* attributes = stackalloc byte[AttributeSize];
        fixed (ulong* instructions = program)
        fixed (byte* license = "GPL\0"u8)
        {
            new Span<byte>(attributes, AttributeSize).Clear();
            ((uint*)attributes)[0] = BPF_PROG_TYPE_CGROUP_DEVICE;
            ((uint*)attributes)[1] = (uint)program.Length;
            ((ulong*)attributes)[1] = (ulong)instructions;
            ((ulong*)attributes)[2] = (ulong)license;
            fd = (int)LinuxException.Check(syscall(SystemCall.bpf, BPF_PROG_LOAD, attributes, AttributeSize), "bpf(BPF_PROG_LOAD)", name);
        }

        try
        {
            new Span<byte>(attributes, AttributeSize).Clear();
            ((uint*)attributes)[0] = (uint)cgroup;
            ((uint*)attributes)[1] = (uint)fd;
            ((uint*)attributes)[2] = BPF_CGROUP_DEVICE;
            ((uint*)attributes)[3] = BPF_F_ALLOW_MULTI;
            LinuxException.Check(syscall(SystemCall.bpf, BPF_PROG_ATTACH, attributes, AttributeSize), "bpf(BPF_PROG_ATTACH)", name);
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }
}
