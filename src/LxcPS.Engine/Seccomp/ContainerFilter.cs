using LxcPS.Engine.Configuration;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.Seccomp;

/// <summary>Which filter a container's programs get: the same rules for init and for what enters later.</summary>
internal static class ContainerFilter
{
    private static readonly string[] Keys = ["lxc.seccomp.profile", "lxc.seccomp.allow_nesting", ConfigKeys.IsolateKernelLog];

    /// <summary>The settings that decide, for a client that is to load the same filter.</summary>
    internal static string Describe(Func<string, string?> setting) => string.Join('\n', Keys.Select(key => setting(key) ?? string.Empty));

    /// <summary>The filter of a container that runs, for a program that enters.</summary>
    internal static byte[]? LoadRunning(string lxcPath, string name)
    {
        // LXC's monitor knows the keys that are LXC's, one by one.
        string[]? values = ControlClient.GetConfigItem(lxcPath, name, ConfigKeys.Filter)?.Split('\n');
        return Load(key => values?.Length == Keys.Length ? values[Array.IndexOf(Keys, key)]
            : key.StartsWith(ConfigKeys.OwnPrefix, StringComparison.Ordinal) ? null : ControlClient.GetConfigItem(lxcPath, name, key), null);
    }

    /// <summary>The compiled filter, or null where there is none.</summary>
    /// <param name="setting">Gives the value of a configuration key, or null.</param>
    /// <param name="warn">Told of what is left out, or null.</param>
    internal static byte[]? Load(Func<string, string?> setting, Action<string>? warn)
    {
        string? policy = setting("lxc.seccomp.profile") is { Length: > 0 } path ? path : null;
        bool isolate = setting(ConfigKeys.IsolateKernelLog) == "1";
        if (policy is not null && setting("lxc.seccomp.allow_nesting") == "0" && IsConfined())
        {
            warn?.Invoke("The seccomp policy was left out: this process is under another, and lxc.seccomp.allow_nesting is 0");
            policy = null;
        }

        return policy is null && !isolate ? null : SeccompCache.Load(policy, warn, isolate);
    }

    // LXC leaves its policy out there unless lxc.seccomp.allow_nesting is 1. Filters add up and none weakens another, so where the key is
    // not set ours is added: a container is not to lose its policy because of where it was started.
    private static bool IsConfined()
    {
        foreach (string line in Descriptors.ReadText("/proc/thread-self/status").Split('\n'))
        {
            if (line.StartsWith("Seccomp:", StringComparison.Ordinal))
            {
                return line["Seccomp:".Length..].Trim() != "0";
            }
        }

        return false;
    }
}
