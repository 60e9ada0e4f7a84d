using System.Globalization;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Limits that are missing, and the kernel's log.</summary>
internal static class ResourceFindings
{
    /// <summary>What v1 shows for no limit is the largest number of pages; anything near it is none.</summary>
    private const long NoLimit = long.MaxValue / 2;

    internal static void Add(SecurityList list, SecurityFacts facts)
    {
        Limit(list, "Memory limit", facts.MemoryLimit, "It uses up the host's memory", "Set-LxcCgroup -Memory, or lxc.cgroup2.memory.max.");
        Limit(list, "Process limit", facts.ProcessLimit, "It uses up the host's process ids", "Set-LxcCgroup -Pids, or lxc.cgroup2.pids.max.");
        AddLog(list, facts);
    }

    /// <summary>Whether a value of a limit's file is no limit.</summary>
    internal static bool IsUnlimited(string value) =>
        value.Trim() is "max" or "-1" || (long.TryParse(value, CultureInfo.InvariantCulture, out long number) && number >= NoLimit);

    private static void Limit(SecurityList list, string name, (string File, string Value)? limit, string reach, string remedy) =>
        list.Add(name, limit is not { } set || IsUnlimited(set.Value) ? SecuritySeverity.Low : SecuritySeverity.None, reach,
            limit is { } shown ? $"{shown.File}: {shown.Value.Trim()}" : "no cgroup of it has the controller", remedy);

    private static void AddLog(SecurityList list, SecurityFacts facts)
    {
        bool restricted = facts.LogRestriction?.Trim() is not (null or "0");
        bool may = !restricted || (facts.IsPrivileged && (ProcessStatus.Mask(facts.Status, "CapBnd") & (1UL << Capabilities.Find("syslog"))) != 0);
        bool own = MountTable.Parse(facts.MountInfo).Mounts.Any(mount => mount.Point == "/dev/kmsg" && mount.Type == "devpts");

        // The kernel does not tell what a filter forbids.
        bool filtered = ProcessStatus.Field(facts.Status, "Seccomp") is not (null or "0");
        list.Add("Kernel log", !may || own ? SecuritySeverity.None : filtered ? SecuritySeverity.Low : SecuritySeverity.Medium,
            filtered ? "It reads the host's kernel log by syslog(2), unless its filter forbids that" : "It reads the host's kernel log by syslog(2), with addresses and names of the host",
            $"/proc/sys/kernel/dmesg_restrict: {facts.LogRestriction?.Trim() ?? "missing"}{(own ? "; /dev/kmsg is a terminal of its own" : string.Empty)}",
            "sysctl kernel.dmesg_restrict=1, or New-LxcContainer -IsolateKernelLog.");
    }
}
