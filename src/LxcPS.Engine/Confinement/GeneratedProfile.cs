using System.Text;

namespace LxcPS.Engine.Confinement;

/// <summary>
/// The AppArmor profile of one container: what reaches the host in spite of its namespaces is denied, the rest is left to namespaces,
/// capabilities and cgroups. See apparmor.d(5).
/// </summary>
/// <param name="name">The profile's name.</param>
internal sealed partial class GeneratedProfile(string name)
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

    // File systems that hold nothing of the host's.
    private static readonly string[] OwnTypes = ["tmpfs", "ramfs", "hugetlbfs", "mqueue", "fuse", "fuse.*"];

    private static readonly (string Type, string Place)[] Places =
    [
        ("proc", "/proc/"), ("sysfs", "/sys/"), ("cgroup2", "/sys/fs/cgroup/"), ("cgroup2", "/sys/fs/cgroup/unified/"),
        ("cgroup", $"/sys/fs/cgroup/{LegacyHierarchies}/"), ("fusectl", "/sys/fs/fuse/connections/"), ("securityfs", "/sys/kernel/security/"),
        ("debugfs", "/sys/kernel/debug/"), ("tracefs", "/sys/kernel/tracing/"), ("efivarfs", "/sys/firmware/efi/efivars/"),
    ];

    // Where systemd mounts proc for a service that it keeps from files, in older and newer versions. It does without where the kernel refuses
    // that (EPERM), as with a masked /proc in a user namespace, but the service fails where a profile does (EACCES).
    private static readonly string[] ServicePlaces = ["/run/systemd/unit-root/proc", "/run/systemd/mount-rootfs/proc"];

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
        Line(Options is null ? "# Made by LxcPS from the container's configuration. Changes here are lost; lxc.apparmor.raw adds rules."
            : "# Made by New-LxcProfile.");
        Line($"profile \"{name}\" flags=(attach_disconnected,mediate_deleted) {{");
        if (Options is { IsEmpty: true })
        {
            AddContact();
        }
        else
        {
            AddRights();
            AddMounts();
            AddDenials();
        }

        AddNesting();
        AddOptions();
        if (Rules.Count > 0)
        {
            Heading(Options is null ? "lxc.apparmor.raw" : "Rules");
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
        Choose("capability", Options?.Capabilities);
        Choose("network", Options?.Networks);
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
        foreach (string type in OwnTypes)
        {
            Mount(type);
        }

        foreach ((string type, string place) in Places)
        {
            Mount(type, $" -> {place}");
        }

        if (Unprivileged)
        {
            // Of a user namespace's own, where the kernel lets it be mounted there at all.
            Mount("binfmt_misc");
            Rule("pivot_root");
            foreach (string place in ServicePlaces)
            {
                Mount("proc", $" -> {place}/");
            }
        }

        Rule("mount options=(rw,nosuid,nodev,noexec,remount) options in (silent,relatime) -> /sys/");
        Rule("mount options=(ro,nosuid,nodev,noexec,remount,strictatime) options in (silent) -> /sys/fs/cgroup/");

        Heading("How mounts spread, and the same files in another place or read-only");
        foreach (string kind in (ReadOnlySpan<string>)["slave", "shared", "private", "unbindable"])
        {
            Rule($"mount options=(rw,make-{kind}) options in (silent) -> /{{,**}}");
            Rule($"mount options=(rw,make-r{kind}) options in (silent) -> /{{,**}}");
        }

        Rule("mount options=(rw,bind)");
        Rule("mount options=(rw,rbind)");
        Rule("mount options=(rw,move)");
        Rule("mount options=(ro,remount,bind) options in (nosuid,nodev,noexec,noatime,nodiratime,relatime,strictatime,silent)");
        if (Nesting)
        {
            return;
        }

        // apparmor_parser before 4.0 compiles rules that allow mounts so that they allow more (CVE-2016-1585): a read-only remount any
        // read-only mount and any bind. So what must not be is denied, too.
        Heading("/proc and /sys where the rules for their files do not reach, and file systems that were not named");
        DenyElsewhere("proc", Unprivileged ? ["/proc", .. ServicePlaces] : ["/proc"]);
        DenyElsewhere("sysfs", "/sys");
        foreach (string tree in (ReadOnlySpan<string>)["/proc{,/**}", "/sys{,/**}"])
        {
            Rule($"deny mount options=(rw,move) {tree}");
            if (!Unprivileged)
            {
                // With a user namespace, the files of the host's root stay its own under every name.
                Rule($"deny mount options=(rw,bind) {tree}");
                Rule($"deny mount options=(rw,rbind) {tree}");
            }
        }

        if (!Unprivileged)
        {
            Rule("deny mount options=(rw,rbind) /");
        }

        // Who writes mount rules says by them which file systems there may be.
        if (!Rules.Concat(MountConditions).Any(rule => rule.Contains("mount", StringComparison.Ordinal)))
        {
            foreach (string type in PathComplement.OfNames(
                [.. OwnTypes, "binfmt_misc", .. Places.Select(place => place.Type), .. MountTypes]))
            {
                Rule($"deny mount fstype={type}");
            }
        }

        Rule("deny mount options=(ro,remount) -> /");
        Rule("deny mount options=(ro,remount,silent) -> /");
    }

    private void Mount(string type, string place = "") => Rule($"mount fstype={type}{place}");

    private void DenyElsewhere(string type, params string[] places)
    {
        foreach (string pattern in PathComplement.Of("/", places.Select(place => place[1..])))
        {
            Rule($"deny mount fstype={type} -> {pattern}");
        }

        foreach (string place in places)
        {
            Rule($"deny mount fstype={type} -> {place}/?**");
        }
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

    private void Heading(string heading) => Line("\n  # " + heading);

    private void Rule(string rule) => Line($"  {rule},");

    private void Line(string line) => text.Append(line).Append('\n');
}
