using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>Capabilities of the calling thread and of other processes; see capabilities(7).</summary>
public static unsafe class Capabilities
{
    private const int PR_CAPBSET_READ = 23;
    private const int PR_CAPBSET_DROP = 24;
    private const int PR_CAP_AMBIENT = 47;
    private const int PR_CAP_AMBIENT_CLEAR_ALL = 4;

    /// <summary>The names in the order of their numbers, without the <c>CAP_</c> prefix, in lower case as LXC's configuration has them.</summary>
    public static readonly string[] Names =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
        "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
        "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
        "audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
        "perfmon", "bpf", "checkpoint_restore",
    ];

    /// <summary>The number of a capability given by name (with or without <c>cap_</c>) or number, or -1.</summary>
    public static int Find(string name)
    {
        if (int.TryParse(name, System.Globalization.NumberStyles.None, null, out int number))
        {
            return number < 64 ? number : -1;
        }

        string plain = name.StartsWith("cap_", StringComparison.OrdinalIgnoreCase) ? name[4..] : name;
        return Array.FindIndex(Names, known => known.Equals(plain, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether the bounding set of the caller has the capability; false also for one that this kernel does not know.</summary>
    public static bool IsBounding(int capability) =>
        (long)syscall(SystemCall.prctl, PR_CAPBSET_READ, capability, 0, 0, 0) == 1;

    /// <summary>The effective capabilities of another process, a bit each: in its own user namespace, whichever that is.</summary>
    public static ulong EffectiveOf(int pid)
    {
        uint* header = stackalloc uint[2] { 0x20080522 /* _LINUX_CAPABILITY_VERSION_3 */, (uint)pid };
        uint* data = stackalloc uint[6];
        LinuxException.Check(syscall(SystemCall.capget, header, data), "capget", pid.ToString());
        return data[0] | ((ulong)data[3] << 32);
    }

    /// <summary>Drops from the bounding set all capabilities that are not in the mask, so that no exec can gain them.</summary>
    public static void LimitBounding(ulong keep)
    {
        for (int capability = 0; capability < 64; capability++)
        {
            if ((keep & (1UL << capability)) == 0 && IsBounding(capability))
            {
                LinuxException.Check(syscall(SystemCall.prctl, PR_CAPBSET_DROP, capability, 0, 0, 0), "prctl(PR_CAPBSET_DROP)",
                    capability < Names.Length ? Names[capability] : capability.ToString());
            }
        }
    }

    /// <summary>Clears the inheritable and the ambient set and limits the effective and the permitted set to the mask.</summary>
    public static void Limit(ulong keep)
    {
        uint* header = stackalloc uint[2] { 0x20080522 /* _LINUX_CAPABILITY_VERSION_3 */, 0 };
        uint* data = stackalloc uint[6];
        LinuxException.Check(syscall(SystemCall.capget, header, data), "capget");
        data[0] &= (uint)keep;
        data[1] &= (uint)keep;
        data[2] = 0;
        data[3] &= (uint)(keep >> 32);
        data[4] &= (uint)(keep >> 32);
        data[5] = 0;
        LinuxException.Check(syscall(SystemCall.capset, header, data), "capset");
        LinuxException.Check(syscall(SystemCall.prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "prctl(PR_CAP_AMBIENT)");
    }
}
