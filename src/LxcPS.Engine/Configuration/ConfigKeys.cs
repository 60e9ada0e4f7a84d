namespace LxcPS.Engine.Configuration;

/// <summary>
/// Keys of our own. LXC refuses a key of its own prefix that it does not know, but passes over a line that does not begin with <c>lxc.</c>,
/// and keeps it when it rewrites or copies a configuration: so these have a prefix that LXC does not read.
/// </summary>
public static class ConfigKeys
{
    /// <summary>What our own keys begin with.</summary>
    public const string OwnPrefix = "lxcps.";

    /// <summary>Whether the container has a kernel log of its own: 0 or 1.</summary>
    public const string IsolateKernelLog = "lxcps.kernel_log.isolate";

    /// <summary>Whether what the container writes to its root file system is kept in memory, and gone when it stops: 0 or 1.</summary>
    public const string InMemory = "lxcps.rootfs.in_memory";

    /// <summary>
    /// What a client asks a monitor for as if it were a configuration key, and gets what <see cref="Seccomp.ContainerFilter"/> needs in one
    /// answer: a line each of <c>lxc.seccomp.profile</c>, <c>lxc.seccomp.allow_nesting</c> and <see cref="IsolateKernelLog"/>.
    /// </summary>
    internal const string Filter = "lxcps.filter";

    /// <summary>What a client asks a monitor for as if it were a configuration key, and gets the container's kernel log.</summary>
    internal const string KernelLog = "lxcps.kernel_log";
}
