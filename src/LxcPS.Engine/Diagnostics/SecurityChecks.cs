using LxcPS.Engine.Confinement;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Confinement: seccomp, Linux security modules, and the capabilities that the caller has to give away.</summary>
internal static class SecurityChecks
{
    private static readonly (string Name, string Purpose)[] Needed =
    [
        ("sys_admin", "namespaces, mounts and cgroups"), ("setuid", "users of containers"), ("setgid", "groups of containers"),
        ("setpcap", "dropping capabilities"), ("sys_chroot", "changing the root"), ("chown", "owners of files"),
        ("dac_override", "files of other owners"), ("fowner", "modes of files"), ("fsetid", "setuid bits of files"),
        ("kill", "signals to containers"),
    ];

    private static readonly (string Name, string Purpose)[] Useful =
    [
        ("net_admin", "network interfaces"), ("sys_resource", "raising resource limits"), ("mknod", "device nodes of privileged containers"),
        ("sys_ptrace", "looking into containers"), ("mac_admin", "AppArmor profiles"),
    ];

    internal static void Add(CapabilityList list)
    {
        string actions = Descriptors.TryReadText("/proc/sys/kernel/seccomp/actions_avail")?.Trim() ?? string.Empty;
        bool filter = KernelProbe.HasSeccompFilter;
        list.Offer("Seccomp", filter, "Filters on the system calls of containers",
            filter ? actions.Length > 0 ? "actions: " + actions : "filters can be installed"
            : "the kernel takes no filter", "Run a kernel built with CONFIG_SECCOMP_FILTER.");
        bool notify = Array.IndexOf(actions.Split(' '), "user_notif") >= 0;
        list.Offer("Seccomp notification", notify, "System calls that a program of the host answers for a container",
            notify ? "user_notif" : "the action user_notif is missing", "Run Linux 5.0 or later with CONFIG_SECCOMP_FILTER.");
        string? library = LibSeccomp.InstalledVersion;
        list.Offer("libseccomp", library is not null, "Compiles the seccomp policies of LXC's format",
            library is null ? "libseccomp.so.2 cannot be loaded" : "version " + library,
            "Install it, on Debian and Ubuntu: apt-get install libseccomp2.");
        AddModules(list);
        AddCapabilities(list, Descriptors.TryReadText("/proc/self/status") ?? string.Empty);
    }

    private static void AddModules(CapabilityList list)
    {
        string modules = Descriptors.TryReadText("/sys/kernel/security/lsm")?.Trim() ?? string.Empty;
        bool enabled = AppArmorKernel.IsEnabled;
        list.Offer("AppArmor", enabled, "Profiles that confine containers",
            enabled ? "enabled" : modules.Length > 0 ? "modules in use: " + modules : "not enabled",
            "Boot a kernel built with CONFIG_SECURITY_APPARMOR with apparmor=1 security=apparmor.");
        bool ofUsers = enabled && AppArmorKernel.IsLoaded(AppArmorName.OfUsers);
        list.RequireOfUser("AppArmor profile of users", !enabled || ofUsers, "The profile that containers of users share, as only root can load one",
            ofUsers ? $"'{AppArmorName.OfUsers}' is loaded" : enabled ? $"'{AppArmorName.OfUsers}' is not loaded" : "AppArmor is not enabled",
            $"Let root run: New-LxcProfile {AppArmorName.OfUsers} | Register-LxcProfile.");
        bool stacking = FileTree.Exists("/sys/kernel/security/apparmor/features/domain/stack");
        list.Offer("AppArmor stacking", stacking, "Profiles that a container loads below its own", stacking ? "supported" : "not supported",
            "Run Linux 4.13 or later with AppArmor.");
        string? enforce = Descriptors.TryReadText("/sys/fs/selinux/enforce")?.Trim();
        list.Offer("SELinux", enforce is not null, "Labels that confine containers", enforce is null ? "not enabled" : enforce == "1" ? "enforcing" : "permissive",
            "Boot a kernel built with CONFIG_SECURITY_SELINUX and a policy.");
    }

    private static void AddCapabilities(CapabilityList list, string status)
    {
        ulong effective = ProcessStatus.Mask(status, "CapEff");
        List<string> missing = MissingOf(effective, Needed);
        list.RequireOfRoot("Capabilities", missing.Count == 0, "The rights that setting up a container of root's takes",
            missing.Count == 0 ? "the caller has all that are needed" : "the caller lacks " + string.Join(", ", missing),
            "Run the session as root, outside a container that drops capabilities.");
        List<string> wanted = MissingOf(effective, Useful);
        list.Offer("Further capabilities", wanted.Count == 0, "The rights that some settings of containers take",
            wanted.Count == 0 ? "the caller has all that are used" : "the caller lacks " + string.Join(", ", wanted),
            "Run the session as root, outside a container that drops capabilities.");
        bool locked = ProcessStatus.Field(status, "NoNewPrivs") == "1";
        list.RequireOfUser("Gaining privileges", !locked, "Programs such as newuidmap that run with more rights than their caller",
            locked ? "no_new_privs is set" : "no_new_privs is not set", "Start the session without no_new_privs.");
    }

    /// <summary>The capabilities without which no container starts and that a mask lacks, with what each is for.</summary>
    internal static List<string> MissingOf(ulong effective) => MissingOf(effective, Needed);

    private static List<string> MissingOf(ulong effective, (string Name, string Purpose)[] wanted)
    {
        List<string> missing = [];
        foreach ((string name, string purpose) in wanted)
        {
            if ((effective & (1UL << Capabilities.Find(name))) == 0)
            {
                missing.Add($"{name} ({purpose})");
            }
        }

        return missing;
    }
}
