using System.Runtime.InteropServices;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>
/// Questions to the kernel that change nothing: calls with arguments that a kernel which has the call refuses, so that only ENOSYS says it
/// is missing.
/// </summary>
public static unsafe class KernelProbe
{
    private const int BPF_PROG_QUERY = 16;
    private const int BPF_CGROUP_DEVICE = 6;
    private const int PR_SET_SECCOMP = 22;
    private const int SECCOMP_MODE_FILTER = 2;

    /// <summary>Whether the kernel has clone3(2).</summary>
    public static bool HasClone3 => IsKnown(syscall(SystemCall.clone3, (void*)null, 0));

    /// <summary>Whether the kernel has pidfd_open(2).</summary>
    public static bool HasPidfd => IsKnown(syscall(SystemCall.pidfd_open, 0, 0));

    /// <summary>Whether the kernel has openat2(2).</summary>
    public static bool HasOpenAt2 => IsKnown(syscall(SystemCall.openat2, -1, (void*)null, (void*)null, 0));

    /// <summary>Whether the kernel has close_range(2).</summary>
    public static bool HasCloseRange => IsKnown(syscall(SystemCall.close_range, 1, 0, 0));

    /// <summary>Whether the kernel has mount_setattr(2).</summary>
    public static bool HasMountSetAttr => IsKnown(syscall(SystemCall.mount_setattr, -1, (void*)null, 0, (void*)null, 0));

    /// <summary>Whether the kernel has fsopen(2), open_tree(2) and move_mount(2), which came together.</summary>
    public static bool HasMountDescriptors =>
        IsKnown(syscall(SystemCall.open_tree, -1, (void*)null, -1)) && IsKnown(syscall(SystemCall.fsopen, (void*)null, -1));

    /// <summary>Whether seccomp filters can be installed: a filter at address 0 is EFAULT, a kernel without filters says EINVAL.</summary>
    public static bool HasSeccompFilter =>
        (long)syscall(SystemCall.prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, (void*)null, 0, 0) < 0
        && Marshal.GetLastPInvokeError() == Errno.EFAULT;

    /// <summary>The errno of asking for the device programs of a cgroup v2 directory, see bpf(2): 0 when the kernel can attach them.</summary>
    public static int QueryDevicePrograms(int cgroup) => QueryDevicePrograms(cgroup, out _);

    /// <summary>The same, and how many are in force for the cgroup: its own and those of the cgroups above it.</summary>
    public static int QueryDevicePrograms(int cgroup, out int count)
    {
        // union bpf_attr, query: target_fd, attach_type, query_flags, attach_flags, prog_ids (64 bits), prog_cnt.
        ulong* attributes = stackalloc ulong[4];
        new Span<ulong>(attributes, 4).Clear();
        ((uint*)attributes)[0] = (uint)cgroup;
        ((uint*)attributes)[1] = BPF_CGROUP_DEVICE;
        ((uint*)attributes)[2] = 1; // BPF_F_QUERY_EFFECTIVE
        int error = (long)syscall(SystemCall.bpf, BPF_PROG_QUERY, attributes, 32) < 0 ? Marshal.GetLastPInvokeError() : 0;
        count = error == 0 ? (int)((uint*)attributes)[6] : 0;
        return error;
    }

    private static bool IsKnown(Tmds.Linux.syscall_arg result) => (long)result >= 0 || Marshal.GetLastPInvokeError() != Errno.ENOSYS;
}
