namespace LxcPS.Engine.Diagnostics;

/// <summary>What its mounts lead to; see proc_pid_mountinfo(5).</summary>
internal static class MountFindings
{
    // Sockets that take orders of whoever can open them, by the end of their path.
    private static readonly string[] ControlSockets =
    [
        "docker.sock", "podman.sock", "containerd.sock", "crio.sock", "buildkitd.sock", "lxd/unix.socket", "incus/unix.socket", "libvirt-sock",
        "systemd/private", "system_bus_socket",
    ];

    private static readonly string[] HostFiles = ["debugfs", "tracefs", "securityfs", "efivarfs", "pstore", "configfs", "bpf", "fusectl", "binfmt_misc"];

    private static readonly string[] Kernel = ["proc", "sysfs", "cgroup", "cgroup2", "mqueue", "devpts", "hugetlbfs", "rpc_pipefs", "nsfs"];

    internal static void Add(SecurityList list, SecurityFacts facts)
    {
        MountTable mounts = MountTable.Parse(facts.MountInfo);
        MountTable host = MountTable.Parse(facts.HostMountInfo);
        AddKernel(list, facts, mounts, host);
        foreach (MountFact mount in mounts.Mounts)
        {
            if (Array.IndexOf(HostFiles, mount.Type) >= 0)
            {
                bool loose = facts.IsPrivileged && !mount.IsReadOnly;
                list.Add("Kernel file system " + mount.Point, loose ? (facts.IsConfined ? SecuritySeverity.Medium : SecuritySeverity.High) : SecuritySeverity.Low,
                    loose ? "It changes settings of the whole machine" : "It learns of the machine, and attacks one more part of the kernel",
                    EvidenceOf(facts, mount), $"Remove the mount entry of '{mount.Point}'.");
            }
            else if (IsHostPath(mount, host))
            {
                AddHostPath(list, facts, mount);
            }
        }
    }

    // The host's file systems, but for the container's own root, and for nodes of the host's /dev, which are judged as devices.
    internal static bool IsHostPath(MountFact mount, MountTable host)
    {
        if (Array.IndexOf(Kernel, mount.Type) >= 0)
        {
            return mount.Type is "proc" or "sysfs" or "devpts" && host.Mounts.Any(other => other.Device == mount.Device && other.Type == mount.Type && other.Type != "sysfs");
        }

        bool isNode = mount.Root != "/" && host.Mounts.Any(other => other.Point == "/dev" && other.Device == mount.Device);
        return !isNode && (mount.Point != "/" || mount.Root == "/") && host.Mounts.Any(other => other.Device == mount.Device);
    }

    private static void AddHostPath(SecurityList list, SecurityFacts facts, MountFact mount)
    {
        if (Array.Find(ControlSockets, name => mount.Root.EndsWith("/" + name, StringComparison.Ordinal) || mount.Point.EndsWith("/" + name, StringComparison.Ordinal)) is { } socket)
        {
            list.Add("Control socket " + mount.Point, SecuritySeverity.Critical, $"It gives orders to what listens on {socket}, which runs as root of the host",
                EvidenceOf(facts, mount), $"Remove the mount entry of '{mount.Point}'.");
            return;
        }

        bool writable = !mount.IsReadOnly;
        bool isSystem = mount.Root is "/" or "/etc" or "/root" or "/usr" or "/boot" or "/lib" or "/bin" or "/sbin" || mount.Type is "proc" or "devtmpfs";
        bool isOwner = facts.IsPrivileged || MountFact.Has(mount.Options, "idmapped");
        SecuritySeverity severity = (writable, facts.IsPrivileged, isSystem, isOwner) switch
        {
            (true, true, true, _) => SecuritySeverity.Critical,
            (true, true, false, _) => SecuritySeverity.High,
            (true, false, true, _) => SecuritySeverity.High,
            (true, false, false, true) => SecuritySeverity.Medium,
            (false, true, true, _) => SecuritySeverity.Medium,
            _ => SecuritySeverity.Low,
        };
        list.Add("Host path " + mount.Point, severity, writable
            ? isOwner ? "It changes files of the host, and leaves setuid programs there" : "It changes files of the host that others may write"
            : "It reads files of the host",
            EvidenceOf(facts, mount), $"Remove the mount entry of '{mount.Point}', or add ro to its options.");
    }

    private static void AddKernel(SecurityList list, SecurityFacts facts, MountTable mounts, MountTable host)
    {
        // The kernel opens these files to the host's root alone, wherever they are mounted.
        List<MountFact> proc = [.. mounts.Mounts.Where(mount => mount.Type == "proc" && mount.Root == "/" && !mount.IsReadOnly && !IsHostPath(mount, host))];
        List<string> open = [];
        foreach (MountFact mount in proc)
        {
            foreach (string file in facts.HasSysRq ? (ReadOnlySpan<string>)["sys", "sysrq-trigger"] : ["sys"])
            {
                if (mounts.Of($"{mount.Point.TrimEnd('/')}/{file}") is { IsReadOnly: false })
                {
                    open.Add($"{mount.Point.TrimEnd('/')}/{file}");
                }
            }
        }

        list.Add("Proc", facts.IsPrivileged && open.Count > 0 ? facts.IsConfined ? SecuritySeverity.Low : SecuritySeverity.High : SecuritySeverity.None,
            "It changes settings of the whole machine" + (facts.IsConfined ? ", as far as its profile lets it" : string.Empty),
            $"/proc/{facts.Pid}/mountinfo: {(open.Count == 0 ? "what reaches the host is read-only" : "writable: " + string.Join(", ", open))}",
            "Set lxc.mount.auto = proc:mixed.");
        MountFact? sys = mounts.Of("/sys");
        bool loose = sys is { Type: "sysfs", IsReadOnly: false };
        list.Add("Sys", facts.IsPrivileged && loose ? facts.IsConfined ? SecuritySeverity.Low : SecuritySeverity.High : SecuritySeverity.None,
            "It changes drivers and devices of the machine" + (facts.IsConfined ? ", as far as its profile lets it" : string.Empty),
            sys is { } shown ? EvidenceOf(facts, shown) : $"/proc/{facts.Pid}/mountinfo: no sysfs on /sys", "Set lxc.mount.auto = sys:mixed.");
        MountFact cgroup = mounts.Mounts.FirstOrDefault(mount => mount.Type is "cgroup" or "cgroup2" && !mount.IsReadOnly);
        bool own = !facts.Shares("cgroup");
        list.Add("Cgroup file systems", !facts.IsPrivileged || cgroup.Type is null ? SecuritySeverity.None : own ? SecuritySeverity.Low : SecuritySeverity.High,
            own ? "It lifts its own limits" : "It changes cgroups of the host, and has the kernel run a program of its choice (release_agent)",
            cgroup.Type is null ? $"/proc/{facts.Pid}/mountinfo: none is writable" : EvidenceOf(facts, cgroup), "Set lxc.mount.auto = cgroup:ro.");
    }

    private static string EvidenceOf(SecurityFacts facts, MountFact mount) => $"/proc/{facts.Pid}/mountinfo: {mount.Line}";
}
