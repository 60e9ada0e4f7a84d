using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Network;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Reads a configuration into a <see cref="LaunchPlan"/>; makes nothing.</summary>
public static class LaunchPlanner
{
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
        List<SharedNamespace> shared = SharedNamespace.Parse(config);
        ulong namespaces = NamespaceFlags.Of(config, network.HostNetwork, idMaps.Count > 0, TimeOffset.KeyIn(config), shared);
        if (shared.Find(other => other.Flag == Processes.CLONE_NEWUSER) is { } user)
        {
            // The ids are the other's, whatever the configuration says of the container's own.
            List<IdMapEntry>? theirs = user.ReadIdMaps(request.LxcPath);
            idMaps = theirs ?? [];
            shared.RemoveAll(other => theirs is null && other == user);
        }

        bool cgroupNamespace = FileTree.Exists("/proc/self/ns/cgroup")
            && ((namespaces & Processes.CLONE_NEWCGROUP) != 0 || shared.Exists(other => other.Flag == Processes.CLONE_NEWCGROUP));
        string rootfsMount = config.Get("lxc.rootfs.mount") is { Length: > 0 } mount ? mount : RuntimeDirectory.Path + "/rootfs";
        string? rootfs = config.Get("lxc.rootfs.path");
        RootfsSource? rootfsSource = string.IsNullOrEmpty(rootfs) ? null : RootfsSource.Parse(rootfs);
        (ulong rootfsAttributes, List<string> fileSystemOptions, string? rootfsIdMap) = RootfsOptions(config, rootfsSource?.HasFileSystem == true);
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

        AppArmorPlan? confinement = AppArmorPlan.Of(request.LxcPath, request.Name, config,
            namespaces | (shared.Exists(other => other.Flag == Processes.CLONE_NEWUSER) ? Processes.CLONE_NEWUSER : 0), callerLabel, warn);
        AutoMounts autoMounts = AutoMounts.Parse(config.GetAll("lxc.mount.auto"));
        List<MountEntry> mounts = MountsOf(config, rootfsMount);
        if (autoMounts.Shared is not null)
        {
            mounts.Insert(0, autoMounts.Shared);
        }

        if (confinement?.Namespace is not null && config.Get("lxc.apparmor.allow_nesting") == "1")
        {
            // Where a container loads its profiles. A user namespace cannot mount the file system, and sees of it what belongs to its policy namespace.
            mounts.Insert(0, MountEntry.Parse("/sys/kernel/security sys/kernel/security none bind,optional", rootfsMount));
        }

        bool isRootless = Processes.EffectiveUserId != 0;
        if (isRootless)
        {
            RootlessRules.Require(request.Name, namespaces, rootfsIdMap is not null, mounts, network);
        }

        bool isCommand = request.Command.Count > 0;
        bool minimalInit = isCommand || (Flag(config, ConfigKeys.MinimalInit, false) && config.Get("lxc.init.cmd") is { Length: > 0 });
        SystemSettings system = SystemSettings.Read();
        return new LaunchPlan
        {
            Name = request.Name,
            LxcPath = request.LxcPath,
            Config = config,
            // These two are made when the child is in its cgroups, and before anybody is in the namespace.
            Namespaces = namespaces & ~(Processes.CLONE_NEWCGROUP | Processes.CLONE_NEWTIME),
            CgroupNamespace = cgroupNamespace,
            TimeNamespace = (namespaces & Processes.CLONE_NEWTIME) != 0,
            TimeOffsets = TimeOffset.TextOf(config),
            SharedNamespaces = shared,
            IdMaps = idMaps,
            IsRootless = isRootless,
            HostName = config.Get("lxc.uts.name") is { Length: > 0 } host ? host : request.Name,
            Personality = PersonalityOf(config.Get("lxc.arch")),
            Rootfs = rootfsSource,
            RootfsMount = rootfsMount,
            RootfsAttributes = rootfsAttributes,
            RootfsFileSystemOptions = fileSystemOptions,
            IdMapRootfs = rootfsIdMap is not null,
            RootfsIdMapFile = rootfsIdMap is "container" ? null : rootfsIdMap,
            AutoMounts = autoMounts,
            Mounts = mounts,
            AutoDev = Flag(config, "lxc.autodev", true),
            DevSize = config.Get("lxc.autodev.tmpfs.size") is { Length: > 0 } size ? Sizes.Parse(size) : 500_000,
            PtyMax = (int)Number(config, "lxc.pty.max", 1024),
            TtyCount = (int)Number(config, "lxc.tty.max", 0),
            TtyDirectory = config.Get("lxc.tty.dir") ?? string.Empty,
            NoConsole = config.Get("lxc.console.path") == "none",
            ConsolePath = config.Get("lxc.console.path") is { Length: > 0 } console and not "none" ? console : null,
            ConsoleLog = config.Get("lxc.console.logfile") is { Length: > 0 } log ? log : null,
            ConsoleLogSize = LogSizeOf(config.Get("lxc.console.size")),
            ConsoleLogRotates = Flag(config, "lxc.console.rotate", false),
            ConsoleBuffer = BufferOf(config.Get("lxc.console.buffer.size")),
            Network = network,
            Capabilities = CapabilitySet.Of(config.GetAll("lxc.cap.keep"), config.GetAll("lxc.cap.drop")),
            NoNewPrivileges = Flag(config, "lxc.no_new_privs", false),
            SessionKeyring = Flag(config, "lxc.keyring.session", true),
            SelinuxContext = SelinuxLabel.Wanted(config.Get("lxc.selinux.context"), "lxc.selinux.context", warn),
            SelinuxKeyringContext = SelinuxLabel.Wanted(config.Get("lxc.selinux.context.keyring"), "lxc.selinux.context.keyring", warn),
            SchedulingDomain = Flag(config, "lxc.sched.core", false),
            IsEphemeral = Flag(config, "lxc.ephemeral", false),
            AppArmor = confinement,
            IsolateKernelLog = Flag(config, ConfigKeys.IsolateKernelLog, false),
            InMemory = Flag(config, ConfigKeys.InMemory, false),
            Cgroups = CgroupPlan.Parse(request.Name, config, system.Get(SystemSettings.CgroupPattern)),
            CgroupControllers = system.Get(SystemSettings.CgroupUse)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            InitArguments = isCommand ? request.Command : InitOf(config.Get("lxc.init.cmd")),
            MinimalInit = minimalInit,
            Environment = EnvironmentOf(config, minimalInit),
            WorkingDirectory = config.Get("lxc.init.cwd") is { Length: > 0 } directory ? directory : "/",
            InitUserId = (uint)Number(config, "lxc.init.uid", 0),
            InitGroupId = (uint)Number(config, "lxc.init.gid", 0),
            InitGroups = GroupsOf(config.Get("lxc.init.groups")),
            StopSignal = SignalOf(config, "lxc.signal.stop") ?? 9,
            HaltSignal = SignalOf(config, "lxc.signal.halt"),
            CommandHaltSignal = isCommand ? SignalOf(config, "lxc.signal.halt") : null,
            ParentDeathSignal = SignalOf(config, "lxc.monitor.signal.pdeath") ?? 9,
        };
    }

    /// <summary>The namespaces that a container gets: CLONE_NEW flags.</summary>
    /// <exception cref="LxcException">A value that cannot be served, with its key.</exception>
    internal static ulong NamespacesOf(ContainerConfig config) => NamespaceFlags.Of(config, NetworkPlan.Parse(PairsOf(config, "lxc.net.")).HostNetwork,
        config.GetAll("lxc.idmap").Length > 0, TimeOffset.KeyIn(config), SharedNamespace.Parse(config));

    /// <summary>The entries below a prefix as key and value.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> PairsOf(ContainerConfig config, string prefix)
    {
        foreach (ConfigEntry entry in config.WithPrefix(prefix))
        {
            yield return new(entry.Key, entry.Value);
        }
    }

    /// <summary>
    /// What <c>lxc.rootfs.options</c> asks for: attributes of the mount, options of the file system where it has one of its own, and how its ids are
    /// mapped, see <see cref="MountEntry.IdMap"/>.
    /// </summary>
    /// <exception cref="LxcException">ConfigUnsupported or ConfigInvalidValue.</exception>
    internal static (ulong Attributes, List<string> FileSystemOptions, string? IdMap) RootfsOptions(ContainerConfig config, bool hasFileSystem)
    {
        ulong attributes = 0;
        List<string> fileSystemOptions = [];
        string? idMap = null;
        foreach (string option in (config.Get("lxc.rootfs.options") ?? string.Empty).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (MountEntry.IdMapOf(option, "lxc.rootfs.options") is { } map)
            {
                idMap = map;
            }
            else if (MountAttributes.TryParse(option, out ulong set, out ulong clear))
            {
                attributes = (attributes & ~clear) | set;
            }
            else if (hasFileSystem)
            {
                fileSystemOptions.Add(option);
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

        return (attributes, fileSystemOptions, idMap);
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

    // As with LXC an init gets no PATH, as it gets none from the kernel, and learns from nobody else whose container it is in; a program gets
    // what an attached one gets.
    private static List<string> EnvironmentOf(ContainerConfig config, bool isProgram)
    {
        List<string> environment = isProgram ? [EnvironmentVariables.DefaultPath] : [];
        EnvironmentVariables.Add(environment, config, ["lxc.environment", "lxc.environment.runtime"]);
        EnvironmentVariables.Set(environment, "container=lxc");
        return environment;
    }

    private static List<string> InitOf(string? command) =>
        QuotedWords.Split(command ?? string.Empty) is { Count: > 0 } words ? words : ["/sbin/init"];

    private static uint[] GroupsOf(string? groups) =>
        Array.ConvertAll((groups ?? string.Empty).Split([',', ' '], StringSplitOptions.RemoveEmptyEntries), uint.Parse);

    private static int? SignalOf(ContainerConfig config, string key) =>
        config.Get(key) is { Length: > 0 } signal ? Signals.Parse(signal) : null;

    private static bool Flag(ContainerConfig config, string key, bool otherwise) =>
        config.Get(key) is { Length: > 0 } value ? value != "0" : otherwise;

    private static long Number(ContainerConfig config, string key, long otherwise) =>
        config.Get(key) is { Length: > 0 } value && ConfigNumber.TryParse(value, long.MaxValue, out ulong number) ? (long)number : otherwise;

    // As LXC has it: 128 KiB, or what is asked for, but a page at least.
    private static int LogSizeOf(string? size) => size is null or "" ? 0 : Math.Max(BufferOf(size), 4096);

    private static int BufferOf(string? size) =>
        size is null or "" ? 0 : size == "auto" ? 1 << 17 : (int)Math.Min(Sizes.Parse(size), 1 << 30);

    private static ulong? PersonalityOf(string? architecture) => architecture switch
    {
        null or "" => null,
        "x86" or "i386" or "i486" or "i586" or "i686" or "linux32" or "arm" or "armhf" or "armel" or "armv7l" => 8 /* PER_LINUX32 */,
        _ => 0 /* PER_LINUX */,
    };
}
