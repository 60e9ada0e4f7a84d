namespace LxcPS.Engine.Diagnostics;

/// <summary>What is not the container's own: namespaces, and what comes with the host's network.</summary>
internal static class NamespaceFindings
{
    private static readonly (string Kind, SecuritySeverity Severity, string Reach)[] Kinds =
    [
        ("mnt", SecuritySeverity.Critical, "Its mounts are the host's: all files of the host are in its reach"),
        ("pid", SecuritySeverity.High, "It sees all processes of the host, and signals and traces those of its users"),
        ("net", SecuritySeverity.High, "It uses the host's interfaces and ports, and reaches services that listen on the loopback alone"),
        ("ipc", SecuritySeverity.Medium, "It reads and changes shared memory, semaphores and message queues of the host"),
        ("cgroup", SecuritySeverity.Low, "It sees the names of the host's cgroups"),
        ("uts", SecuritySeverity.Low, "It sees the host's name, and as root of the host changes it"),
    ];

    internal static void Add(SecurityList list, SecurityFacts facts)
    {
        foreach ((string kind, SecuritySeverity severity, string reach) in Kinds)
        {
            bool shared = facts.Shares(kind);
            list.Add("Namespace " + kind, shared ? severity : SecuritySeverity.None, reach,
                $"/proc/{facts.Pid}/ns/{kind} is {(shared ? "the monitor's" : "its own")}",
                kind == "net" ? "Give it a network of its own: lxc.net.0.type = veth or empty." : "Leave it out of lxc.namespace.keep.");
        }

        if (facts.Shares("net"))
        {
            IReadOnlyList<string> names = AbstractNames(facts.UnixSockets);
            list.Add("Abstract sockets", names.Count > 0 ? SecuritySeverity.Medium : SecuritySeverity.None,
                "It connects to services of the host by sockets that no file permission guards",
                $"/proc/{facts.Pid}/net/unix: {names.Count} abstract names{(names.Count > 0 ? ", such as " + string.Join(", ", names.Take(3)) : string.Empty)}",
                "Give it a network of its own: lxc.net.0.type = veth or empty.");
        }

        bool nested = facts.UserNamespaces.IsAllowed;
        list.Add("Nested user namespaces", nested ? SecuritySeverity.Low : SecuritySeverity.None,
            "Every user of it gets at parts of the kernel that are meant for root, by a user namespace inside",
            $"/proc/sys/user/max_user_namespaces, kernel.unprivileged_userns_clone: {facts.UserNamespaces.Detail}",
            "Where no container nests: sysctl kernel.unprivileged_userns_clone=0, or deny unshare and clone3 with CLONE_NEWUSER in its seccomp policy.");
    }

    /// <summary>The abstract names in a text of /proc/net/unix.</summary>
    internal static IReadOnlyList<string> AbstractNames(string text)
    {
        List<string> names = [];
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length >= 8 && fields[7].StartsWith('@') && !names.Contains(fields[7]))
            {
                names.Add(fields[7]);
            }
        }

        return names;
    }
}
