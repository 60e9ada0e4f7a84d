using System.Text;

namespace LxcPS.Engine.Confinement;

/// <summary>
/// The AppArmor profile of one container: what reaches the host in spite of its namespaces is denied, the rest is left to namespaces,
/// capabilities and cgroups. See apparmor.d(5).
/// </summary>
/// <param name="name">The profile's name.</param>
internal sealed class GeneratedProfile(string name)
{
    // Of /proc/sys, what belongs to a namespace of the container.
    private static readonly string[] IpcSettings =
    [
        "kernel/auto_msgmni", "kernel/msg*", "kernel/sem", "kernel/sem_next_id", "kernel/shm*", "fs/mqueue",
    ];

    private static readonly string[] UtsSettings = ["kernel/hostname", "kernel/domainname"];

    // The places of v1 hierarchies, where their files have these names.
    private const string LegacyHierarchies =
        "{blkio,cpu,cpuacct,cpuset,devices,freezer,hugetlb,memory,misc,net_cls,net_prio,perf_event,pids,rdma,systemd}*";

    // The sources from which a path inside /proc or /sys could get another name, which no rule knows.
    private static readonly List<string> OrdinarySources = PathComplement.Of("/", ["proc", "sys"]);

    private readonly StringBuilder text = new();

    /// <summary>Whether the container has a user namespace.</summary>
    internal required bool Unprivileged { get; init; }

    /// <summary>Whether containers may run inside.</summary>
    internal required bool Nesting { get; init; }

    /// <summary>The container's policy namespace, or null.</summary>
    internal required string? Namespace { get; init; }

    /// <summary>Whether the network namespace is the container's own.</summary>
    internal required bool OwnNetwork { get; init; }

    /// <summary>Whether the IPC namespace is the container's own.</summary>
    internal required bool OwnIpc { get; init; }

    /// <summary>Whether the UTS namespace is the container's own.</summary>
    internal required bool OwnUts { get; init; }

    /// <summary>Whether the kernel has a right for making user namespaces.</summary>
    internal required bool MediatesUserNamespaces { get; init; }

    /// <summary>Rules of the configuration.</summary>
    internal required IReadOnlyList<string> Rules { get; init; }

    /// <summary>The profile's source.</summary>
    internal string Write()
    {
        text.Clear();
        Line("# Made by LxcPS from the container's configuration. Changes here are lost; lxc.apparmor.raw adds rules.");
        Line($"profile \"{name}\" flags=(attach_disconnected,mediate_deleted) {{");
        AddRights();
        AddMounts();
        AddDenials();
        AddNesting();
        if (Rules.Count > 0)
        {
            Heading("lxc.apparmor.raw");
            foreach (string rule in Rules)
            {
                Line("  " + rule.Trim());
            }
        }

        Line("}");
        return text.ToString();
    }

    private void AddRights()
    {
        Heading("What namespaces, capabilities and cgroups bound already");
        Rule("file");
        Rule("capability");
        Rule("network");
        Rule("dbus");
        Rule("umount");
        Rule("unix (receive)");
        Rule("unix peer=(label=@{profile_name})");
        Rule("signal (receive)");
        Rule("signal peer=@{profile_name}");
        Rule("ptrace (readby, tracedby)");
        Rule("ptrace peer=@{profile_name}");
        if (Namespace is not null)
        {
            // A process of the container has a second label, of the policy namespace; it is told by the first.
            Rule("unix peer=(label=@{profile_name}//&**)");
            Rule("signal peer=@{profile_name}//&**");
            Rule("ptrace peer=@{profile_name}//&**");
        }

        if (MediatesUserNamespaces)
        {
            Rule("userns");
        }
    }

    private void AddMounts()
    {
        Heading("File systems that hold nothing of the host's, and each that does in its own place, where the rules below reach it");
        foreach (string type in (ReadOnlySpan<string>)["tmpfs", "hugetlbfs", "mqueue", "fuse", "fuse.*"])
        {
            Rule($"mount fstype={type}");
        }

        Rule("mount fstype=proc -> /proc/");
        Rule("mount fstype=sysfs -> /sys/");
        Rule("mount options=(rw,nosuid,nodev,noexec,remount) -> /sys/");
        Rule("mount fstype=cgroup2 -> /sys/fs/cgroup/");
        Rule("mount fstype=cgroup2 -> /sys/fs/cgroup/unified/");
        Rule($"mount fstype=cgroup -> /sys/fs/cgroup/{LegacyHierarchies}/");
        Rule("mount options=(ro,nosuid,nodev,noexec,remount,strictatime) -> /sys/fs/cgroup/");
        Rule("mount fstype=fusectl -> /sys/fs/fuse/connections/");
        Rule("mount fstype=securityfs -> /sys/kernel/security/");
        Rule("mount fstype=debugfs -> /sys/kernel/debug/");
        Rule("mount fstype=tracefs -> /sys/kernel/tracing/");
        Rule("mount fstype=efivarfs -> /sys/firmware/efi/efivars/");
        if (Unprivileged)
        {
            // Of a user namespace's own, where the kernel lets it be mounted there at all.
            Rule("mount fstype=binfmt_misc");
        }

        Heading("How mounts spread, and what is bound to another place: not /proc and /sys, whose files would get names that no rule knows");
        foreach (string kind in (ReadOnlySpan<string>)["slave", "shared", "private", "unbindable"])
        {
            Rule($"mount options=(rw,make-{kind}) -> /{{,**}}");
            Rule($"mount options=(rw,make-r{kind}) -> /{{,**}}");
        }

        if (Unprivileged)
        {
            // The files of the host's root stay its own under every name.
            Rule("mount options=(rw,bind)");
            Rule("mount options=(rw,rbind)");
            Rule("mount options=(ro,remount)");
            Rule("pivot_root");
        }
        else
        {
            foreach (string source in OrdinarySources)
            {
                Rule($"mount options=(rw,bind) {source}");
                Rule($"mount options=(rw,rbind) {source}");
            }
        }

        foreach (string source in OrdinarySources)
        {
            Rule($"mount options=(rw,move) {source}");
        }

        Rule("mount options=(ro,remount,bind) options in (nosuid,nodev,noexec,noatime,nodiratime,relatime,strictatime,silent)");
        Rule("deny mount options=(ro,remount) -> /");
        Rule("deny mount options=(ro,remount,silent) -> /");
    }

    private void AddDenials()
    {
        Heading("The kernel's memory and switches, by whatever mount they are reached");
        foreach (string file in (ReadOnlySpan<string>)["kcore", "kmem", "kpagecgroup", "kpagecount", "kpageflags", "sysrq-trigger"])
        {
            Rule($"deny /{{,**/}}{file} rwklx");
        }

        foreach (string file in (ReadOnlySpan<string>)
            ["release_agent", "uevent_helper", "kernel/core_pattern", "kernel/modprobe", "kernel/hotplug", "kernel/poweroff_cmd", "vm/drop_caches"])
        {
            Rule($"deny /{{,**/}}{file} wklx");
        }

        Heading("/proc");
        Rule("deny /proc/acpi/** rwklx");
        foreach (string directory in (ReadOnlySpan<string>)["asound", "bus", "driver", "fs", "irq", "scsi"])
        {
            Rule($"deny /proc/{directory}/** wklx");
        }

        Rule("deny /proc/{dynamic_debug/**,latency_stats,mtrr,sched_debug,timer_list} wklx");
        List<string> settings = [.. OwnNetwork ? ["net"] : Array.Empty<string>(), .. OwnIpc ? IpcSettings : [], .. OwnUts ? UtsSettings : []];
        if (Unprivileged)
        {
            // Limits of the user namespace's own.
            settings.AddRange(["user", "fs/binfmt_misc"]);
        }

        Deny(PathComplement.Of("/proc/sys/", settings));

        Heading("/sys");
        List<string> attributes = ["fs/cgroup"];
        if (OwnNetwork)
        {
            attributes.AddRange(["class/net", "devices/virtual/net"]);
        }

        if (Namespace is not null)
        {
            // What a process does there is bounded by its policy namespace.
            attributes.Add("kernel/security/apparmor");
        }

        Deny(PathComplement.Of("/sys/", attributes));
        foreach (string directory in (ReadOnlySpan<string>)["firmware/efi/efivars", "kernel/debug", "kernel/tracing"])
        {
            Rule($"deny /sys/{directory}/{{,**}} rwklx");
        }

        if (Namespace is null)
        {
            Rule("deny /sys/kernel/security/{,**} rwklx");
        }

        Heading("The container's own limits: what it makes below its cgroup is its own");
        Rule("deny /sys/fs/cgroup/{cpu,cpuset,dmem,hugetlb,io,memory,misc,pids,rdma}.* wkl");
        Rule($"deny /sys/fs/cgroup/{LegacyHierarchies}/{{blkio,cpu,cpuset,devices,hugetlb,memory,misc,net_cls,net_prio,pids,rdma}}.* wkl");
    }

    private void AddNesting()
    {
        if (Namespace is not null)
        {
            Heading("Profiles of the container's own, below this one");
            Rule($"change_profile -> \":{Namespace}:*\"");
            Rule($"change_profile -> \":{Namespace}://*\"");
        }

        if (Nesting)
        {
            Heading("Containers inside");
            Rule("pivot_root");
            Rule("ptrace");
            Rule("signal");
            Rule("mount");
            if (Namespace is null)
            {
                Rule($"change_profile -> \"{name}\"");
            }
        }
    }

    private void Deny(List<string> patterns)
    {
        foreach (string pattern in patterns)
        {
            Rule($"deny {pattern} wklx");
        }
    }

    private void Heading(string heading) => Line("\n  # " + heading);

    private void Rule(string rule) => Line($"  {rule},");

    private void Line(string line) => text.Append(line).Append('\n');
}
