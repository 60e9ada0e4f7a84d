using LxcPS.Engine.Configuration;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>The namespaces that a configuration asks for by <c>lxc.namespace.clone</c> and <c>lxc.namespace.keep</c>, as CLONE_NEW flags.</summary>
internal static class NamespaceFlags
{
    private const ulong Defaults = Processes.CLONE_NEWNS | Processes.CLONE_NEWPID | Processes.CLONE_NEWUTS | Processes.CLONE_NEWIPC
        | Processes.CLONE_NEWNET | Processes.CLONE_NEWCGROUP;

    private static readonly (string Name, ulong Flag)[] Files =
    [
        ("user", Processes.CLONE_NEWUSER), ("mnt", Processes.CLONE_NEWNS), ("pid", Processes.CLONE_NEWPID), ("uts", Processes.CLONE_NEWUTS),
        ("ipc", Processes.CLONE_NEWIPC), ("net", Processes.CLONE_NEWNET), ("cgroup", Processes.CLONE_NEWCGROUP), ("time", Processes.CLONE_NEWTIME),
    ];

    /// <summary>The namespaces of a process that are not the caller's, by their names in /proc/PID/ns and their flags.</summary>
    /// <exception cref="LinuxException">One cannot be looked at: it must not be taken for the caller's own.</exception>
    internal static IEnumerable<(string Name, ulong Flag)> OthersThanOurs(int pid)
    {
        foreach ((string name, ulong flag) in Files)
        {
            if (FileTree.TryStatus(Descriptors.CurrentDirectory, $"/proc/self/ns/{name}", true, out FileStatus ours)
                && FileTree.Status(Descriptors.CurrentDirectory, $"/proc/{pid}/ns/{name}").Inode != ours.Inode)
            {
                yield return (name, flag);
            }
        }
    }

    /// <summary>The namespaces to make: all but those of the host's and of others, or those that are named.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="hostNetwork">Whether the network is the host's.</param>
    /// <param name="idMaps">Whether ids are mapped.</param>
    /// <param name="offsets">The key of an offset of the time namespace, or null for none.</param>
    /// <param name="shared">The namespaces that are joined.</param>
    /// <exception cref="LxcException">ConfigInvalidValue or ConfigUnsupported, with the key.</exception>
    internal static ulong Of(ContainerConfig config, bool hostNetwork, bool idMaps, string? offsets, IReadOnlyList<SharedNamespace> shared)
    {
        ulong clone = Named(config, "lxc.namespace.clone");
        ulong keep = Named(config, "lxc.namespace.keep");
        ulong flags = clone != 0 ? clone
            : Defaults & ~(hostNetwork ? Processes.CLONE_NEWNET : 0) | (idMaps ? Processes.CLONE_NEWUSER : 0) | (offsets is null ? 0 : Processes.CLONE_NEWTIME);
        flags &= ~keep;
        if ((flags & Processes.CLONE_NEWNS) == 0)
        {
            string key = (keep & Processes.CLONE_NEWNS) != 0 ? "lxc.namespace.keep" : "lxc.namespace.clone";
            throw new LxcException(LxcErrorId.ConfigUnsupported, "A container cannot be without a mount namespace of its own: its root file system would become the host's")
            {
                ConfigKey = key,
                Advice = key.EndsWith("keep", StringComparison.Ordinal) ? "Take mnt out of the list." : "Add mnt to the list.",
            };
        }

        foreach (SharedNamespace other in shared)
        {
            flags &= ~other.Flag;
        }

        // A user namespace without maps has no root that could set the container up.
        flags &= ~(idMaps ? 0 : Processes.CLONE_NEWUSER);
        if (offsets is not null && (flags & Processes.CLONE_NEWTIME) == 0)
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"{offsets} needs a time namespace of the container's own")
            {
                ConfigKey = offsets,
                Advice = "Remove the line, or let the container have the namespace: see lxc.namespace.clone, keep and share.time.",
            };
        }

        return flags;
    }

    /// <summary>The flag of a namespace as a configuration names it.</summary>
    /// <exception cref="LxcException">ConfigUnsupported.</exception>
    internal static ulong Of(string name, string key) => name switch
    {
        "mnt" or "mount" => Processes.CLONE_NEWNS,
        "pid" => Processes.CLONE_NEWPID,
        "uts" => Processes.CLONE_NEWUTS,
        "ipc" => Processes.CLONE_NEWIPC,
        "user" => Processes.CLONE_NEWUSER,
        "net" => Processes.CLONE_NEWNET,
        "cgroup" => Processes.CLONE_NEWCGROUP,
        "time" => Processes.CLONE_NEWTIME,
        _ => throw new LxcException(LxcErrorId.ConfigUnsupported, $"There is no namespace '{name}'")
        {
            ConfigKey = key,
            Advice = "Use cgroup, ipc, mnt, net, pid, time, user or uts.",
        },
    };

    private static ulong Named(ContainerConfig config, string key)
    {
        ulong flags = 0;
        foreach (string name in (config.Get(key) ?? string.Empty).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            flags |= Of(name, key);
        }

        return flags;
    }
}
