using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Network;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Reads a configuration into a <see cref="LaunchPlan"/>; makes nothing.</summary>
public static class LaunchPlanner
{
    /// <summary>The directory that root file systems are mounted on when the configuration names none.</summary>
    public const string DefaultRootfsMount = "/run/lxcps/rootfs";

    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Plans a start.</summary>
    /// <param name="request">What is to be started.</param>
    /// <param name="config">The container's configuration.</param>
    /// <param name="callerLabel">The AppArmor label of whoever starts it.</param>
    /// <param name="warn">Told of what is left out.</param>
    /// <exception cref="LxcException">A value that cannot be served, with its key.</exception>
    public static LaunchPlan Plan(MonitorRequest request, ContainerConfig config, string callerLabel, Action<string> warn)
    {
        config.RequireServed();
        List<IdMapEntry> idMaps = [];
        foreach (string value in config.GetAll("lxc.idmap"))
        {
            idMaps.Add(IdMapEntry.Parse(value));
        }

        NetworkPlan network = NetworkPlan.Parse(PairsOf(config, "lxc.net."));
        bool cgroupNamespace = FileTree.Exists("/proc/self/ns/cgroup");
        ulong namespaces = NamespacesOf(config, network, idMaps.Count > 0, ref cgroupNamespace);
        string rootfsMount = config.Get("lxc.rootfs.mount") is { Length: > 0 } mount ? mount : DefaultRootfsMount;
        (ulong rootfsAttributes, bool idMapRootfs) = RootfsOptions(config);
        string? rootfs = config.Get("lxc.rootfs.path");
        if (string.IsNullOrEmpty(rootfs) && request.Command.Count == 0 && string.IsNullOrEmpty(config.Get("lxc.init.cmd")))
        {
            // The host's own init on the host's own files would boot the machine a second time, and clear its temporary files.
            throw new LxcException(LxcErrorId.RootfsFailed, $"Container '{request.Name}' has no root file system, and would run the host's own init")
            {
                ContainerName = request.Name,
                Step = "rootfs",
                ConfigKey = "lxc.rootfs.path",
                Advice = "Set lxc.rootfs.path, or give a program with -Command or lxc.init.cmd that is to run on the host's files.",
            };
        }

        AppArmorPlan? confinement = AppArmorPlan.Of(request.LxcPath, request.Name, config, namespaces, callerLabel, warn);
        List<MountEntry> mounts = MountsOf(config, rootfsMount);
        if (confinement?.Namespace is not null && config.Get("lxc.apparmor.allow_nesting") == "1")
        {
            // Where a container loads its profiles. A user namespace cannot mount the file system, and sees of it what belongs to its policy namespace.
            mounts.Insert(0, MountEntry.Parse("/sys/kernel/security sys/kernel/security none bind,optional", rootfsMount));
        }

        bool minimalInit = request.Command.Count > 0;
        return new LaunchPlan
        {
            Name = request.Name,
            LxcPath = request.LxcPath,
            Config = config,
            Namespaces = namespaces,
            CgroupNamespace = cgroupNamespace,
            IdMaps = idMaps,
            HostName = config.Get("lxc.uts.name") is { Length: > 0 } host ? host : request.Name,
            Personality = PersonalityOf(config.Get("lxc.arch")),
            Rootfs = string.IsNullOrEmpty(rootfs) ? null : RootfsSource.Parse(rootfs),
            RootfsMount = rootfsMount,
            RootfsAttributes = rootfsAttributes,
            IdMapRootfs = idMapRootfs,
            AutoMounts = AutoMounts.Parse(config.GetAll("lxc.mount.auto")),
            Mounts = mounts,
            AutoDev = Flag(config, "lxc.autodev", true),
            DevSize = Number(config, "lxc.autodev.tmpfs.size", 500_000),
            PtyMax = (int)Number(config, "lxc.pty.max", 1024),
            TtyCount = (int)Number(config, "lxc.tty.max", 0),
            TtyDirectory = config.Get("lxc.tty.dir") ?? string.Empty,
            NoConsole = config.Get("lxc.console.path") == "none",
            ConsoleLog = config.Get("lxc.console.logfile") is { Length: > 0 } log ? log : null,
            ConsoleBuffer = BufferOf(config.Get("lxc.console.buffer.size")),
            Network = network,
            Capabilities = CapabilitySet.Of(config.GetAll("lxc.cap.keep"), config.GetAll("lxc.cap.drop")),
            NoNewPrivileges = Flag(config, "lxc.no_new_privs", false),
            SessionKeyring = Flag(config, "lxc.keyring.session", true),
            AppArmor = confinement,
            IsolateKernelLog = Flag(config, ConfigKeys.IsolateKernelLog, false),
            Cgroups = CgroupPlan.Parse(request.Name, config),
            InitArguments = minimalInit ? request.Command : InitOf(config.Get("lxc.init.cmd")),
            MinimalInit = minimalInit,
            Environment = EnvironmentOf(config),
            WorkingDirectory = config.Get("lxc.init.cwd") is { Length: > 0 } directory ? directory : "/",
            InitUserId = (uint)Number(config, "lxc.init.uid", 0),
            InitGroupId = (uint)Number(config, "lxc.init.gid", 0),
            InitGroups = GroupsOf(config.Get("lxc.init.groups")),
            StopSignal = SignalOf(config, "lxc.signal.stop") ?? 9,
            HaltSignal = SignalOf(config, "lxc.signal.halt"),
            ParentDeathSignal = SignalOf(config, "lxc.monitor.signal.pdeath") ?? 9,
        };
    }

    /// <summary>The namespaces that a container gets: CLONE_NEW flags.</summary>
    /// <exception cref="LxcException">A value that cannot be served, with its key.</exception>
    internal static ulong NamespacesOf(ContainerConfig config)
    {
        bool cgroup = false;
        return NamespacesOf(config, NetworkPlan.Parse(PairsOf(config, "lxc.net.")), config.GetAll("lxc.idmap").Count > 0, ref cgroup);
    }

    /// <summary>The entries below a prefix as key and value.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> PairsOf(ContainerConfig config, string prefix)
    {
        foreach (ConfigEntry entry in config.WithPrefix(prefix))
        {
            yield return new(entry.Key, entry.Value);
        }
    }

    private static ulong NamespacesOf(ContainerConfig config, NetworkPlan network, bool user, ref bool cgroup)
    {
        const ulong All = Processes.CLONE_NEWNS | Processes.CLONE_NEWPID | Processes.CLONE_NEWUTS | Processes.CLONE_NEWIPC;
        ulong flags = All | (network.HostNetwork ? 0 : Processes.CLONE_NEWNET) | (user ? Processes.CLONE_NEWUSER : 0);
        string[] clone = Words(config.Get("lxc.namespace.clone"));
        string[] keep = Words(config.Get("lxc.namespace.keep"));
        if (clone.Length > 0)
        {
            ulong wanted = 0;
            foreach (string name in clone)
            {
                wanted |= NamespaceFlag(name, "lxc.namespace.clone");
            }

            cgroup &= (wanted & Processes.CLONE_NEWCGROUP) != 0;
            flags = wanted & ~Processes.CLONE_NEWCGROUP;
        }

        foreach (string name in keep)
        {
            ulong flag = NamespaceFlag(name, "lxc.namespace.keep");
            cgroup &= flag != Processes.CLONE_NEWCGROUP;
            flags &= ~flag;
        }

        foreach (ConfigEntry shared in config.WithPrefix("lxc.namespace.share."))
        {
            throw new LxcException(LxcErrorId.ConfigUnsupported, $"Sharing a namespace ({shared.Key} = {shared.Value}) is not supported")
            {
                ConfigKey = shared.Key,
                Line = shared.Line,
                Advice = "Remove the line; lxc.namespace.keep shares the host's namespace.",
            };
        }

        // Without these two nothing of a container could be kept from the host.
        return flags | Processes.CLONE_NEWNS | Processes.CLONE_NEWPID;
    }

    private static ulong NamespaceFlag(string name, string key) => name switch
    {
        "mnt" or "mount" => Processes.CLONE_NEWNS,
        "pid" => Processes.CLONE_NEWPID,
        "uts" => Processes.CLONE_NEWUTS,
        "ipc" => Processes.CLONE_NEWIPC,
        "user" => Processes.CLONE_NEWUSER,
        "net" => Processes.CLONE_NEWNET,
        "cgroup" => Processes.CLONE_NEWCGROUP,
        _ => throw new LxcException(LxcErrorId.ConfigUnsupported, $"There is no namespace '{name}' to create or keep")
        {
            ConfigKey = key,
            Advice = "Use cgroup, ipc, mnt, net, pid, user or uts.",
        },
    };

    private static (ulong Attributes, bool IdMap) RootfsOptions(ContainerConfig config)
    {
        ulong attributes = 0;
        bool idMap = false;
        foreach (string option in (config.Get("lxc.rootfs.options") ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (option == "idmap=container")
            {
                idMap = true;
            }
            else if (MountAttributes.TryParse(option, out ulong set, out ulong clear))
            {
                attributes = (attributes & ~clear) | set;
            }
            else
            {
                throw new LxcException(LxcErrorId.ConfigUnsupported, $"The mount option '{option}' of the root file system is not supported")
                {
                    ConfigKey = "lxc.rootfs.options",
                    Advice = "Use idmap=container and the options of a mount (ro, nosuid, nodev, noexec, noatime ...).",
                };
            }
        }

        return (attributes, idMap);
    }

    private static List<MountEntry> MountsOf(ContainerConfig config, string rootfsMount)
    {
        List<MountEntry> mounts = [];
        if (config.Get("lxc.mount.fstab") is { Length: > 0 } table)
        {
            string text;
            try
            {
                text = Descriptors.ReadText(table);
            }
            catch (LinuxException e)
            {
                throw new LxcException(LxcErrorId.MountFailed, $"The mount table '{table}' cannot be read: {e.Message}", e)
                {
                    ConfigKey = "lxc.mount.fstab",
                    Advice = "Restore the file or remove the key.",
                };
            }

            foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (line[0] != '#')
                {
                    mounts.Add(MountEntry.Parse(line, rootfsMount));
                }
            }
        }

        foreach (string entry in config.GetAll("lxc.mount.entry"))
        {
            mounts.Add(MountEntry.Parse(entry, rootfsMount));
        }

        return mounts;
    }

    private static List<string> EnvironmentOf(ContainerConfig config)
    {
        List<string> environment = ["container=lxc", DefaultPath];
        foreach (string key in (ReadOnlySpan<string>)["lxc.environment", "lxc.environment.runtime"])
        {
            foreach (string value in config.GetAll(key))
            {
                string? entry = value.Contains('=') ? value
                    : Environment.GetEnvironmentVariable(value) is { } inherited ? $"{value}={inherited}" : null;
                if (entry is not null)
                {
                    environment.RemoveAll(old => old.StartsWith(entry[..(entry.IndexOf('=') + 1)], StringComparison.Ordinal));
                    environment.Add(entry);
                }
            }
        }

        return environment;
    }

    private static List<string> InitOf(string? command) =>
        QuotedWords.Split(command ?? string.Empty) is { Count: > 0 } words ? words : ["/sbin/init"];

    private static string[] Words(string? text) =>
        (text ?? string.Empty).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static uint[] GroupsOf(string? groups) =>
        Array.ConvertAll((groups ?? string.Empty).Split([',', ' '], StringSplitOptions.RemoveEmptyEntries), uint.Parse);

    private static int? SignalOf(ContainerConfig config, string key) =>
        config.Get(key) is { Length: > 0 } signal ? Signals.Parse(signal) : null;

    private static bool Flag(ContainerConfig config, string key, bool otherwise) =>
        config.Get(key) is { Length: > 0 } value ? value != "0" : otherwise;

    private static long Number(ContainerConfig config, string key, long otherwise) =>
        config.Get(key) is { Length: > 0 } value && ConfigNumber.TryParse(value, long.MaxValue, out ulong number) ? (long)number : otherwise;

    private static int BufferOf(string? size) =>
        size is null or "" ? 0 : size == "auto" ? 1 << 17 : (int)Math.Min(Sizes.Parse(size), 1 << 30);

    private static ulong? PersonalityOf(string? architecture) => architecture switch
    {
        null or "" => null,
        "x86" or "i386" or "i486" or "i586" or "i686" or "linux32" or "arm" or "armhf" or "armel" or "armv7l" => 8 /* PER_LINUX32 */,
        _ => 0 /* PER_LINUX */,
    };
}
