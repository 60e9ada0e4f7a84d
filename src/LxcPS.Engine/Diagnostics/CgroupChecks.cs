using LxcPS.Engine.Cgroups;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Control groups: the layout, each controller, and whether the caller may make groups.</summary>
internal static class CgroupChecks
{
    private static readonly (string Name, string Version2, string Purpose)[] Controllers =
    [
        ("cpu", "cpu", "Shares and quotas of processor time"),
        ("cpuset", "cpuset", "Which processors a container runs on"),
        ("memory", "memory", "Memory limits"),
        ("pids", "pids", "A limit on the number of processes"),
        ("blkio", "io", "Limits on block devices"),
        ("hugetlb", "hugetlb", "Limits on huge pages"),
        ("cpuacct", "cpu", "Accounts of processor time"),
    ];

    internal static void Add(CapabilityList list, MountTable mounts)
    {
        CgroupFact fact = CgroupFact.Of(mounts);
        list.Require("Cgroups", fact.Mode != "none", "Limits and accounts, and a container's processes as one group",
            fact.Mode switch
            {
                "unified" => $"version 2 at '{fact.UnifiedPoint}'",
                "hybrid" => $"version 1, with version 2 at '{fact.UnifiedPoint}'",
                "legacy" => "version 1",
                _ => "not mounted",
            },
            "Mount them: mount -t cgroup2 none /sys/fs/cgroup.");
        string[] unified = fact.UnifiedPoint is null ? []
            : (Descriptors.TryReadText(fact.UnifiedPoint + "/cgroup.controllers") ?? string.Empty)
                .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        foreach ((string name, string version2, string purpose) in Controllers)
        {
            string? place = fact.Version1.GetValueOrDefault(name);
            bool available = place is not null || Array.IndexOf(unified, version2) >= 0;
            list.Offer("Controller " + name, available, purpose,
                place is not null ? $"version 1 at '{place}'" : available ? $"version 2, as {version2}" : "no hierarchy has it",
                "Enable it in the kernel's configuration or on its command line (cgroup_enable=).");
        }

        AddDevices(list, fact);
        AddFreezer(list, fact);
        AddOwnGroup(list, fact);
    }

    private static void AddDevices(CapabilityList list, CgroupFact fact)
    {
        string purpose = "An allow-list of devices for each container";
        if (fact.Version1.TryGetValue("devices", out string? place))
        {
            list.Offer("Device control", true, purpose, $"version 1 at '{place}'", string.Empty);
            return;
        }

        int error = fact.UnifiedPoint is null ? Errno.ENOENT : QueryPrograms(fact.UnifiedPoint);
        list.Offer("Device control", error == 0, purpose, error == 0 ? "BPF programs of version 2" : $"bpf(BPF_PROG_QUERY): {Errno.Describe(error)}",
            error == Errno.EPERM ? "Run the session as root." : "Run a kernel built with CONFIG_CGROUP_BPF.");
    }

    private static int QueryPrograms(string path)
    {
        try
        {
            int directory = Descriptors.Open(path, OpenFlags.Directory);
            try
            {
                return KernelProbe.QueryDevicePrograms(directory);
            }
            finally
            {
                Descriptors.Close(directory);
            }
        }
        catch (LinuxException e)
        {
            return e.Number;
        }
    }

    // Every group of version 2 but the root has a file to freeze it, since Linux 5.2.
    private static void AddFreezer(CapabilityList list, CgroupFact fact)
    {
        bool legacy = fact.Version1.ContainsKey("freezer");
        list.Offer("Freezer", legacy || fact.UnifiedPoint is not null, "Freezing and thawing containers",
            legacy ? $"version 1 at '{fact.Version1["freezer"]}'" : fact.UnifiedPoint is not null ? "cgroup.freeze of version 2" : "no hierarchy has it",
            "Run a kernel built with CONFIG_CGROUP_FREEZER, or mount version 2.");
    }

    private static void AddOwnGroup(CapabilityList list, CgroupFact fact)
    {
        if (Processes.EffectiveUserId != 0)
        {
            AddDelegated(list);
            return;
        }

        string? directory = fact.Mode == "none" ? null
            : fact.UnifiedPoint is { } unified && fact.Mode == "unified" ? unified + PathOf(Descriptors.TryReadText("/proc/self/cgroup") ?? string.Empty, "0::")
            : fact.Version1.GetValueOrDefault("pids") ?? fact.Version1.GetValueOrDefault("memory") ?? fact.UnifiedPoint;
        bool writable = directory is not null && Permissions.CanAccess(directory, Permissions.Write | Permissions.Execute);
        list.Offer("Cgroup delegation", writable, "Making a group for a container",
            directory is null ? "no cgroups" : $"'{directory}' can{(writable ? string.Empty : "not")} be written by the caller",
            "Run the session as root, or in a scope that systemd delegates: systemd-run --user --scope -p Delegate=yes pwsh.");
    }

    // What a user's container can get of each hierarchy is below the session's own cgroup there.
    private static void AddDelegated(CapabilityList list)
    {
        List<string> delegated = [];
        foreach (CgroupHierarchy hierarchy in CgroupLayout.Read().Hierarchies)
        {
            if (hierarchy.BaseOf(relative: true) is { } start && hierarchy.PathOf(start) is { } directory
                && Permissions.CanAccess(directory, Permissions.Write | Permissions.Execute))
            {
                delegated.Add($"'{directory}'");
            }
        }

        list.Offer("Cgroup delegation", delegated.Count > 0, "Limits of containers, and halting them",
            delegated.Count > 0 ? $"the caller can write {string.Join(", ", delegated)}" : "the caller can write no cgroup of this session",
            "Run the session in a scope that systemd delegates: systemd-run --user --scope -p Delegate=yes pwsh.");
    }

    /// <summary>The path after a prefix such as <c>0::</c> in /proc/self/cgroup; empty for the root group.</summary>
    internal static string PathOf(string text, string prefix)
    {
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
            {
                return line[prefix.Length..].TrimEnd('/');
            }
        }

        return string.Empty;
    }
}
