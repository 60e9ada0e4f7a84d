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

    /// <summary>What a client asks a monitor for as if it were a configuration key, and gets the container's kernel log.</summary>
    internal const string KernelLog = "lxcps.kernel_log";
}
