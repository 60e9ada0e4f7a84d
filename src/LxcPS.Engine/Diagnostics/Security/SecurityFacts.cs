using LxcPS.Engine.Devices;

namespace LxcPS.Engine.Diagnostics;

/// <summary>A thread of a container's init.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Status">The text of its status file.</param>
/// <param name="Label">Its security label with the mode, or null where no module gives it one.</param>
internal readonly record struct ThreadFact(int Id, string Status, string? Label);

/// <summary>Another process with ids mapped, one for each user namespace.</summary>
/// <param name="Who">What it is, for the evidence.</param>
/// <param name="UserMap">Its uid_map.</param>
internal readonly record struct MappedProcess(string Who, string UserMap);

/// <summary>What the kernel says of a running container: texts of its files, as they are. What they mean is judged elsewhere.</summary>
internal sealed class SecurityFacts
{
    /// <summary>The process id of init.</summary>
    internal required int Pid { get; init; }

    /// <summary>Init's threads, the first one first.</summary>
    internal required IReadOnlyList<ThreadFact> Threads { get; init; }

    /// <summary>The status of the monitor.</summary>
    internal required string MonitorStatus { get; init; }

    /// <summary>The namespaces that init shares with the monitor, as /proc names them.</summary>
    internal required IReadOnlyList<string> SharedNamespaces { get; init; }

    /// <summary>Init's uid_map.</summary>
    internal required string UserMap { get; init; }

    /// <summary>Processes of others that have user namespaces of their own.</summary>
    internal IReadOnlyList<MappedProcess> Others { get; init; } = [];

    /// <summary>The host's /etc/passwd.</summary>
    internal string Accounts { get; init; } = string.Empty;

    /// <summary>Init's mounts.</summary>
    internal required string MountInfo { get; init; }

    /// <summary>The monitor's mounts, which are the host's.</summary>
    internal required string HostMountInfo { get; init; }

    /// <summary>The device list of its v1 cgroup, or null.</summary>
    internal string? DeviceList { get; init; }

    /// <summary>Whether a device program is attached to its v2 cgroup; null where that cannot be asked.</summary>
    internal bool? HasDeviceProgram { get; init; }

    /// <summary>The device nodes in its /dev.</summary>
    internal IReadOnlyList<HostDevice> Nodes { get; init; } = [];

    /// <summary>The limit of its memory and the file; null where memory is not controlled.</summary>
    internal (string File, string Value)? MemoryLimit { get; init; }

    /// <summary>The limit of its processes and the file.</summary>
    internal (string File, string Value)? ProcessLimit { get; init; }

    /// <summary>The text of its /proc/net/unix.</summary>
    internal string UnixSockets { get; init; } = string.Empty;

    /// <summary>Whether AppArmor is in force.</summary>
    internal bool HasAppArmor { get; init; }

    /// <summary>Whether SELinux is in force.</summary>
    internal bool HasSELinux { get; init; }

    /// <summary>Whether the kernel takes commands by /proc/sysrq-trigger.</summary>
    internal bool HasSysRq { get; init; }

    /// <summary>kernel.dmesg_restrict, or null.</summary>
    internal string? LogRestriction { get; init; }

    /// <summary>Whether users may make user namespaces.</summary>
    internal UserNamespaceFact UserNamespaces { get; init; }

    /// <summary>Whether the container has no user namespace of its own: its root is the host's.</summary>
    internal bool IsPrivileged => Shares("user");

    /// <summary>The status of init itself.</summary>
    internal string Status => Threads[0].Status;

    /// <summary>Whether a profile or a label keeps init from what its rights would allow.</summary>
    internal bool IsConfined => (HasAppArmor && Threads.All(thread => LabelFact.Parse(thread.Label).IsEnforced)) || (HasSELinux && !IsUnconfinedLabel);

    /// <summary>Whether the label of SELinux is one that confines nothing.</summary>
    internal bool IsUnconfinedLabel => Threads[0].Label is not { } label || label.Contains(":unconfined_t", StringComparison.Ordinal)
        || label.Contains(":spc_t", StringComparison.Ordinal) || label.Contains(":initrc_t", StringComparison.Ordinal);

    /// <summary>Whether init is in the monitor's namespace of a kind.</summary>
    internal bool Shares(string kind) => SharedNamespaces.Contains(kind);
}
