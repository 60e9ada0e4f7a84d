namespace LxcPS.Engine.Diagnostics;

/// <summary>How the host mounts control groups.</summary>
/// <param name="Mode">unified, hybrid, legacy, or none.</param>
/// <param name="UnifiedPoint">Where version 2 is mounted, or null.</param>
/// <param name="Version1">The mount point of each version 1 controller, and of named hierarchies as <c>name=...</c>.</param>
internal sealed record CgroupFact(string Mode, string? UnifiedPoint, IReadOnlyDictionary<string, string> Version1)
{
    /// <summary>Controllers that exist under version 1; the options of a mount have other words too.</summary>
    private static readonly string[] Controllers =
        ["blkio", "cpu", "cpuacct", "cpuset", "devices", "freezer", "hugetlb", "memory", "misc", "net_cls", "net_prio", "perf_event", "pids", "rdma"];

    internal static CgroupFact Of(MountTable mounts)
    {
        Dictionary<string, string> version1 = new(StringComparer.Ordinal);
        string? unified = null;
        foreach (MountFact mount in mounts.Mounts)
        {
            if (mount.Type == "cgroup2")
            {
                unified ??= mount.Point;
            }
            else if (mount.Type == "cgroup")
            {
                foreach (string option in mount.SuperOptions.Split(','))
                {
                    if (Array.IndexOf(Controllers, option) >= 0 || option.StartsWith("name=", StringComparison.Ordinal))
                    {
                        version1.TryAdd(option, mount.Point);
                    }
                }
            }
        }

        string mode = version1.Count == 0 ? unified is null ? "none" : "unified" : unified is null ? "legacy" : "hybrid";
        return new CgroupFact(mode, unified, version1);
    }
}
