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

    /// <summary>Applies <c>lxc.sysctl.*</c>; for the child, with the container's /proc in place.</summary>
    internal static void WriteParameters(LaunchPlan plan)
    {
        foreach (ConfigEntry entry in plan.Config.WithPrefix("lxc.sysctl."))
        {
            string name = entry.Key["lxc.sysctl.".Length..];
            Try(entry, () => Descriptors.WriteText("/proc/sys/" + name.Replace('.', '/'), entry.Value),
                SysctlAdvice);
        }
    }

    /// <summary>Whether <see cref="SetLimits"/> has anything to do.</summary>
    internal static bool HasLimits(LaunchPlan plan) => plan.Config.WithPrefix("lxc.prlimit.").Any();

    /// <summary>Applies <c>lxc.prlimit.*</c> to init; for the monitor, which may raise limits that the container's root may not.</summary>
    /// <param name="plan">The container.</param>
    /// <param name="init">The process id of init; 0 for the calling process.</param>
    internal static void SetLimits(LaunchPlan plan, int init)
    {
        foreach (ConfigEntry entry in plan.Config.WithPrefix("lxc.prlimit."))
        {
            string name = entry.Key["lxc.prlimit.".Length..];
            int resource = Array.IndexOf(Limits, name);
            string[] values = entry.Value.Split(':');
            ulong soft = Value(values[0]);
            ulong hard = values.Length > 1 && values[1].Trim().Length > 0 ? Value(values[1]) : soft;
            Try(entry, () => Processes.SetResourceLimit(resource, soft, hard, name, init),
                resource < 0 ? $"There is no limit '{name}': see getrlimit(2) for those that there are." : "Raising a hard limit needs CAP_SYS_RESOURCE on the host; the soft limit may not exceed the hard one, nor nofile the kernel's fs.nr_open.");
        }
    }

    /// <summary>Writes <c>lxc.proc.*</c>, which belong to whoever starts the container: not for the container's root to write.</summary>
    /// <param name="plan">The container.</param>
    /// <param name="process">The process: its number, or <c>self</c>.</param>
    internal static void ApplyProc(LaunchPlan plan, string process)
    {
        foreach (ConfigEntry entry in plan.Config.WithPrefix("lxc.proc."))
        {
            Try(entry, () => Descriptors.WriteText($"/proc/{process}/{entry.Key["lxc.proc.".Length..]}", entry.Value),
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
