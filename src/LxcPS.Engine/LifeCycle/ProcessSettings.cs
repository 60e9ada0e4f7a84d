using LxcPS.Engine.Configuration;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Sysctls and resource limits that init starts with.</summary>
internal static class ProcessSettings
{
    /// <summary>What to do about a sysctl that cannot be set.</summary>
    internal const string SysctlAdvice = "Only sysctls of the container's own namespaces can be set, and /proc must be mounted with proc:rw or the key be below net.";

    // The order is the kernel's: RLIMIT_ numbers, see getrlimit(2).
    private static readonly string[] Limits =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue", "nice",
        "rtprio", "rttime",
    ];

    /// <summary>Applies <c>lxc.sysctl.*</c> and <c>lxc.prlimit.*</c>; to be called with the container's /proc in place.</summary>
    internal static void Apply(LaunchPlan plan)
    {
        foreach (ConfigEntry entry in plan.Config.WithPrefix("lxc.sysctl."))
        {
            string name = entry.Key["lxc.sysctl.".Length..];
            Try(entry, () => Descriptors.WriteText("/proc/sys/" + name.Replace('.', '/'), entry.Value),
                SysctlAdvice);
        }

        ApplyLimits(plan);
    }

    /// <summary>Applies <c>lxc.prlimit.*</c>.</summary>
    internal static void ApplyLimits(LaunchPlan plan)
    {
        foreach (ConfigEntry entry in plan.Config.WithPrefix("lxc.prlimit."))
        {
            string name = entry.Key["lxc.prlimit.".Length..];
            int resource = Array.IndexOf(Limits, name);
            string[] values = entry.Value.Split(':');
            ulong soft = Value(values[0]);
            ulong hard = values.Length > 1 ? Value(values[1]) : soft;
            Try(entry, () => Processes.SetResourceLimit(resource, soft, hard, name), "Raising a hard limit needs CAP_SYS_RESOURCE on the host.");
        }
    }

    /// <summary>
    /// Writes <c>lxc.proc.*</c>. The monitor's to do: the child's files of /proc belong to the host's root until it executes init.
    /// </summary>
    internal static void WriteProc(ContainerConfig config, int pid)
    {
        foreach (ConfigEntry entry in config.WithPrefix("lxc.proc."))
        {
            string file = entry.Key["lxc.proc.".Length..];
            Try(entry, () => Descriptors.WriteText($"/proc/{pid}/{file}", entry.Value),
                "Correct the value; lowering oom_score_adj needs CAP_SYS_RESOURCE on the host.");
        }
    }

    private static ulong Value(string text) => text.Trim() == "unlimited" ? ulong.MaxValue : ulong.Parse(text.Trim());

    /// <summary>Sets one of them; the error of the kernel becomes one that names the key.</summary>
    internal static void Try(ConfigEntry entry, Action action, string advice)
    {
        try
        {
            action();
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.StartFailed, $"The setting '{entry.Key} = {entry.Value}' was refused: {e.Message}", e)
            {
                Step = "settings",
                ConfigKey = entry.Key,
                Line = entry.Line,
                Advice = advice,
            };
        }
    }
}
