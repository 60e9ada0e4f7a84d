using System.Globalization;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Labels, filters and capabilities of init and its threads: one thread without is the way out for all.</summary>
internal static class ConfinementFindings
{
    // What each gives to whoever has it in the host's user namespace; in another it reaches what that namespace owns.
    private static readonly (string Name, SecuritySeverity Severity, string Reach)[] Dangerous =
    [
        ("sys_module", SecuritySeverity.Critical, "loads code into the kernel"),
        ("sys_rawio", SecuritySeverity.Critical, "writes to memory and ports of the machine"),
        ("sys_admin", SecuritySeverity.High, "mounts, and changes settings of the whole machine"),
        ("sys_boot", SecuritySeverity.High, "boots another kernel"),
        ("dac_read_search", SecuritySeverity.High, "opens any file of a file system by its handle"),
        ("mac_admin", SecuritySeverity.High, "replaces policies"),
        ("mac_override", SecuritySeverity.High, "passes by policies"),
        ("bpf", SecuritySeverity.High, "runs programs in the kernel"),
        ("perfmon", SecuritySeverity.High, "watches the kernel and all processes"),
        ("sys_ptrace", SecuritySeverity.Medium, "looks into processes that it sees"),
        ("net_admin", SecuritySeverity.Medium, "reconfigures its network"),
        ("mknod", SecuritySeverity.Medium, "makes nodes of devices that the device rules allow"),
        ("sys_time", SecuritySeverity.Medium, "sets the host's clock"),
        ("syslog", SecuritySeverity.Medium, "reads the host's kernel log"),
        ("audit_control", SecuritySeverity.Medium, "turns the host's audit off"),
    ];

    internal static void Add(SecurityList list, SecurityFacts facts)
    {
        AddAppArmor(list, facts);
        if (facts.HasSELinux)
        {
            list.Add("SELinux", facts.IsUnconfinedLabel ? Missing(facts) : SecuritySeverity.None, "No label keeps it from what its rights allow",
                $"/proc/{facts.Pid}/attr/current: {facts.Threads[0].Label ?? "none"}", "Set lxc.selinux.context.");
        }

        AddSeccomp(list, facts);
        ThreadFact free = facts.Threads.FirstOrDefault(thread => ProcessStatus.Field(thread.Status, "NoNewPrivs") != "1");
        list.Add("No new privileges", free.Id != 0 ? SecuritySeverity.Low : SecuritySeverity.None,
            "A user of the container gets more rights from setuid programs, and so to what root inside reaches",
            $"/proc/{facts.Pid}/task/{(free.Id != 0 ? free.Id : facts.Pid)}/status: NoNewPrivs {(free.Id != 0 ? 0 : 1)}",
            "Set lxc.no_new_privs = 1, where no program in the container needs sudo or su.");
        AddCapabilities(list, facts);
    }

    private static void AddAppArmor(SecurityList list, SecurityFacts facts)
    {
        if (!facts.HasAppArmor)
        {
            list.Add("AppArmor", facts.HasSELinux ? SecuritySeverity.None : Missing(facts), "No profile keeps it from what its rights allow",
                "/sys/module/apparmor/parameters/enabled: AppArmor is not in force", "Boot a kernel with AppArmor (apparmor=1 security=apparmor).");
            return;
        }

        ThreadFact worst = facts.Threads.FirstOrDefault(thread => !LabelFact.Parse(thread.Label).IsEnforced);
        bool isFree = worst.Id != 0;
        LabelFact label = LabelFact.Parse((isFree ? worst : facts.Threads[0]).Label);
        list.Add("AppArmor", isFree ? Missing(facts) : SecuritySeverity.None,
            label.Mode == "complain" ? "The profile denies nothing, it only logs" : "No profile keeps it from what its rights allow",
            $"/proc/{facts.Pid}/task/{(isFree ? worst.Id : facts.Pid)}/attr/apparmor/current: {label.Name}{(label.Mode is null ? string.Empty : $" ({label.Mode})")}",
            "Leave lxc.apparmor.profile at generated: Set-LxcProfile generated. Or load the profile in enforce mode with Register-LxcProfile.");
    }

    // A filter of whoever started the monitor is none of the container's.
    private static void AddSeccomp(SecurityList list, SecurityFacts facts)
    {
        long outer = Filters(facts.MonitorStatus);
        ThreadFact free = facts.Threads.FirstOrDefault(thread => !HasOwnFilter(thread.Status, facts.MonitorStatus, outer));
        ThreadFact shown = free.Id != 0 ? free : facts.Threads[0];
        list.Add("Seccomp", free.Id != 0 ? Missing(facts) : SecuritySeverity.None, "Every system call of the kernel is open to it, also those that containers do not need",
            $"/proc/{facts.Pid}/task/{shown.Id}/status: Seccomp {ProcessStatus.Field(shown.Status, "Seccomp")}, Seccomp_filters {Filters(shown.Status)}; the monitor's: {outer}",
            "Set-LxcSeccomp, or lxc.seccomp.profile.");
    }

    private static bool HasOwnFilter(string status, string monitor, long outer) => ProcessStatus.Field(status, "Seccomp") is not (null or "0")
        && (ProcessStatus.Field(status, "Seccomp_filters") is null ? ProcessStatus.Field(monitor, "Seccomp") == "0" : Filters(status) > outer);

    private static long Filters(string status) =>
        long.TryParse(ProcessStatus.Field(status, "Seccomp_filters"), CultureInfo.InvariantCulture, out long count) ? count : 0;

    private static void AddCapabilities(SecurityList list, SecurityFacts facts)
    {
        // What a thread has now, and what an exec could give it.
        ulong bounding = facts.Threads.Aggregate(0UL, (all, thread) => all | ProcessStatus.Mask(thread.Status, "CapBnd") | ProcessStatus.Mask(thread.Status, "CapEff"));
        List<string> held = [];
        SecuritySeverity worst = SecuritySeverity.None;
        foreach ((string name, SecuritySeverity severity, string reach) in Dangerous)
        {
            if ((bounding & (1UL << Capabilities.Find(name))) != 0)
            {
                held.Add($"{name} {reach}");
                worst = severity > worst ? severity : worst;
            }
        }

        string evidence = $"/proc/{facts.Pid}/status: CapBnd {ProcessStatus.Field(facts.Status, "CapBnd")}, CapEff {ProcessStatus.Field(facts.Status, "CapEff")}";
        list.Add("Capabilities", facts.IsPrivileged ? worst : SecuritySeverity.None, "In the host's user namespace: " + string.Join("; ", held),
            facts.IsPrivileged ? evidence : evidence + "; in a user namespace of its own, so over what that owns",
            "Drop them with lxc.cap.drop, or make the container without -Privileged.");
    }

    private static SecuritySeverity Missing(SecurityFacts facts) => facts.IsPrivileged ? SecuritySeverity.High : SecuritySeverity.Low;
}
