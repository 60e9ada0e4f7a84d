using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Namespaces: whether the kernel has them, whether their number is limited to none, and who may make them.</summary>
internal static class NamespaceChecks
{
    private static readonly (string Name, string File, string Limit, bool Required, string Purpose)[] Kinds =
    [
        ("Mount namespaces", "mnt", "max_mnt_namespaces", true, "A container's own file system tree"),
        ("PID namespaces", "pid", "max_pid_namespaces", true, "A container's own process ids"),
        ("UTS namespaces", "uts", "max_uts_namespaces", true, "A container's own host name"),
        ("IPC namespaces", "ipc", "max_ipc_namespaces", true, "A container's own shared memory and queues"),
        ("Network namespaces", "net", "max_net_namespaces", true, "A container's own network"),
        ("User namespaces", "user", "max_user_namespaces", false, "Unprivileged containers, whose root is nobody on the host"),
        ("Cgroup namespaces", "cgroup", "max_cgroup_namespaces", false, "A container's own view of its cgroups"),
        ("Time namespaces", "time", "max_time_namespaces", false, "A container's own uptime"),
    ];

    internal static void Add(CapabilityList list)
    {
        foreach ((string name, string file, string limit, bool required, string purpose) in Kinds)
        {
            bool known = FileTree.Exists("/proc/self/ns/" + file);
            string? maximum = Descriptors.TryReadText("/proc/sys/user/" + limit)?.Trim();
            bool available = known && maximum != "0";
            string detail = !known ? $"'/proc/self/ns/{file}' is missing" : maximum is null ? "no limit is told" : $"at most {maximum} for a user";
            string advice = known ? $"Raise the limit: sysctl user.{limit}=15000." : $"Run a kernel built with {OptionOf(file)}.";
            if (required)
            {
                list.Require(name, available, purpose, detail, advice);
            }
            else
            {
                list.Offer(name, available, purpose, detail, advice);
            }
        }

        UserNamespaceFact fact = UserNamespaceFact.Of(
            Descriptors.TryReadText("/proc/sys/kernel/unprivileged_userns_clone"),
            Descriptors.TryReadText("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
            Descriptors.TryReadText("/proc/sys/user/max_user_namespaces"));
        list.RequireOfUser("User namespaces for users", fact.IsAllowed, "Containers of users other than root", fact.Detail, fact.Advice);
    }

    private static string OptionOf(string file) => file switch
    {
        "mnt" => "CONFIG_NAMESPACES",
        "cgroup" => "CONFIG_CGROUPS",
        _ => $"CONFIG_{file.ToUpperInvariant()}_NS",
    };
}
