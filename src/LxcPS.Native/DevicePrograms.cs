using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>Programs that decide on the device access of a cgroup v2, see bpf(2) and the kernel's cgroup-v2.rst, "Device controller".</summary>
public static unsafe class DevicePrograms
{
    private const int BPF_PROG_LOAD = 5;
    private const int BPF_PROG_ATTACH = 8;
    private const int BPF_PROG_DETACH = 9;
    private const uint BPF_PROG_TYPE_CGROUP_DEVICE = 15;
    private const uint BPF_CGROUP_DEVICE = 6;
    private const uint BPF_F_ALLOW_MULTI = 2;
    private const uint BPF_F_REPLACE = 4;
    private const int AttributeSize = 64;

    /// <summary>
    /// Loads a program and attaches it to a cgroup, beside those that are there: every one of them has to allow an access. It goes with the
    /// cgroup.
    /// </summary>
    /// <param name="cgroup">A descriptor of the cgroup's directory.</param>
    /// <param name="program">The instructions, eight bytes each.</param>
    /// <param name="name">The cgroup's name, for errors.</param>
    /// <param name="replaced">A program that is attached and that it takes the place of, or -1. There is no moment without one of them.</param>
    /// <returns>A descriptor of the program, which the caller closes.</returns>
    public static int Attach(int cgroup, ReadOnlySpan<ulong> program, string name, int replaced = -1)
    {
        int loaded = Load(program, name);
        try
        {
            if (replaced < 0)
            {
                Change(BPF_PROG_ATTACH, cgroup, loaded, BPF_F_ALLOW_MULTI, -1, name);
                return loaded;
            }

            try
            {
                Change(BPF_PROG_ATTACH, cgroup, loaded, BPF_F_ALLOW_MULTI | BPF_F_REPLACE, replaced, name);
            }
            catch (LinuxException e) when (e.Number is Errno.EINVAL or Errno.E2BIG)
            {
                // Linux before 5.6 does not replace: for a moment both have to allow, which is no more than either does.
                Change(BPF_PROG_ATTACH, cgroup, loaded, BPF_F_ALLOW_MULTI, -1, name);
                Change(BPF_PROG_DETACH, cgroup, replaced, 0, -1, name);
            }

            return loaded;
        }
        catch
        {
            Descriptors.Close(loaded);
            throw;
        }
    }

    private static int Load(ReadOnlySpan<ulong> program, string name)
    {
        byte* attributes = stackalloc byte[AttributeSize];
        fixed (ulong* instructions = program)
        fixed (byte* license = "GPL\0"u8)
        {
            new Span<byte>(attributes, AttributeSize).Clear();
            ((uint*)attributes)[0] = BPF_PROG_TYPE_CGROUP_DEVICE;
            ((uint*)attributes)[1] = (uint)program.Length;
            ((ulong*)attributes)[1] = (ulong)instructions;
            ((ulong*)attributes)[2] = (ulong)license;
            return (int)LinuxException.Check(syscall(SystemCall.bpf, BPF_PROG_LOAD, attributes, AttributeSize), "bpf(BPF_PROG_LOAD)", name);
        }
    }

    private static void Change(int command, int cgroup, int program, uint flags, int replaced, string name)
    {
        byte* attributes = stackalloc byte[AttributeSize];
        new Span<byte>(attributes, AttributeSize).Clear();
        ((uint*)attributes)[0] = (uint)cgroup;
        ((uint*)attributes)[1] = (uint)program;
        ((uint*)attributes)[2] = BPF_CGROUP_DEVICE;
        ((uint*)attributes)[3] = flags;
        ((uint*)attributes)[4] = replaced < 0 ? 0 : (uint)replaced;
        LinuxException.Check(syscall(SystemCall.bpf, command, attributes, AttributeSize),
            command == BPF_PROG_ATTACH ? "bpf(BPF_PROG_ATTACH)" : "bpf(BPF_PROG_DETACH)", name);
    }
}
