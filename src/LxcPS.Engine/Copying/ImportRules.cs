using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Seccomp;

namespace LxcPS.Engine.Copying;

/// <summary>
/// Which settings of an archive are kept without a word: those by which its maker gets nothing of the host. A list of what is harmless and not of
/// what harms, so that a key that is new is refused until someone has thought about it.
/// </summary>
internal static class ImportRules
{
    /// <summary>The files of LXC's packages that configurations include.</summary>
    private const string LxcConfigs = "/usr/share/lxc/config/";

    private static readonly string[] Keys =
    [
        "lxc.arch", "lxc.uts.name", "lxc.signal.halt", "lxc.signal.reboot", "lxc.signal.stop", "lxc.execute.cmd", "lxc.init.cmd", "lxc.init.cwd", "lxc.init.uid",
        "lxc.init.gid", "lxc.init.groups", "lxc.sched.core", "lxc.ephemeral", "lxc.pty.max", "lxc.console.buffer.size", "lxc.console.size", "lxc.console.rotate",
        "lxc.tty.max", "lxc.tty.dir", "lxc.autodev", "lxc.autodev.tmpfs.size", "lxc.rootfs.managed", "lxc.cap.drop", "lxc.cap.keep", "lxc.time.offset.boot",
        "lxc.time.offset.monotonic", "lxc.keyring.session", "lxc.no_new_privs", "lxc.idmap", "lxc.hook.version", "lxc.log.level", "lxc.start.auto", "lxc.start.delay",
        "lxc.start.order", "lxc.monitor.unshare", "lxc.monitor.signal.pdeath", "lxc.group", "lxc.proc.oom_score_adj", ConfigKeys.IsolateKernelLog, ConfigKeys.InMemory,
    ];

    private static readonly string[] NetworkKeys =
    [
        "flags", "link", "mtu", "name", "hwaddr", "ipv4.address", "ipv4.gateway", "ipv6.address", "ipv6.gateway", "veth.mode", "veth.pair", "veth.n_rxqueues",
        "veth.n_txqueues", "vlan.id", "macvlan.mode", "ipvlan.mode", "ipvlan.isolation",
    ];

    private static readonly string[] CgroupKeys = ["memory.", "cpu.", "cpuset.", "pids.", "blkio.", "io.", "hugetlb."];

    // Those that a namespace of the container's holds; others are the host's.
    private static readonly string[] SysctlKeys = ["net.", "fs.mqueue.", "kernel.shm", "kernel.msg", "kernel.sem"];

    private static readonly string[] VirtualTypes = ["proc", "sysfs", "tmpfs", "mqueue", "devpts"];

    /// <summary>Whether a setting is kept.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value, with paths as they are on this host.</param>
    /// <param name="directory">The container's directory.</param>
    internal static bool Keeps(string key, string value, string directory) => key switch
    {
        _ when Keys.Contains(key) => true,
        "lxc.include" => IsBelow(value, LxcConfigs),
        "lxc.environment.runtime" => value.Contains('='),
        "lxc.console.path" => value == "none",
        "lxc.rootfs.path" => value == $"dir:{directory}/rootfs",
        "lxc.rootfs.options" => !value.Contains('/'),
        "lxc.mount.auto" => !value.Contains("shmounts", StringComparison.Ordinal),
        "lxc.mount.entry" => KeepsMount(value, directory),
        "lxc.apparmor.profile" => value is "generated" or "lxc-container-default" or "lxc-container-default-cgns",
        "lxc.seccomp.profile" => IsBelow(value, LxcConfigs) || IsBelow(value, SharedPolicy.Directory + "/"),
        _ when key.StartsWith("lxc.prlimit.", StringComparison.Ordinal) => true,
        _ when key.StartsWith("lxc.sysctl.", StringComparison.Ordinal) => StartsWithAny(key["lxc.sysctl.".Length..], SysctlKeys),
        _ when key.StartsWith("lxc.net.", StringComparison.Ordinal) => KeepsNetwork(key, value),
        _ when key.StartsWith("lxc.cgroup.", StringComparison.Ordinal) => KeepsCgroup(key["lxc.cgroup.".Length..], value),
        _ when key.StartsWith("lxc.cgroup2.", StringComparison.Ordinal) => KeepsCgroup(key["lxc.cgroup2.".Length..], value),
        _ => false,
    };

    private static bool KeepsNetwork(string key, string value)
    {
        string[] parts = key.Split('.', 4);
        return parts.Length == 4 && (parts[3] == "type" ? value is "empty" or "veth" or "macvlan" or "ipvlan" or "vlan" : NetworkKeys.Contains(parts[3]));
    }

    private static bool KeepsCgroup(string file, string value) => file switch
    {
        "devices.deny" => true,
        "devices.allow" => DeviceRule.TryParse(true, value, out DeviceRule rule) && ContainerCreator.IsDefaultDevice(rule),
        _ => StartsWithAny(file, CgroupKeys),
    };

    // Not below the root file system: there the container may lay links.
    private static bool KeepsMount(string value, string directory)
    {
        string[] fields = value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 3 && !fields[3].Contains("idmap=", StringComparison.Ordinal)
            && (VirtualTypes.Contains(fields[2])
                || (fields[2] == "none" && IsBelow(fields[0], directory + "/") && !IsBelow(fields[0] + "/", directory + "/rootfs/")));
    }

    private static bool IsBelow(string path, string directory) => path.StartsWith(directory, StringComparison.Ordinal) && !path.Split('/').Contains("..");

    private static bool StartsWithAny(string text, string[] beginnings) => Array.Exists(beginnings, start => text.StartsWith(start, StringComparison.Ordinal));
}
