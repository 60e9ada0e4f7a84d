using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Hooks;
using LxcPS.Engine.Images;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Seccomp;
using LxcPS.Engine.Storage;
using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>What a new container is made of.</summary>
public sealed class CreateOptions
{
    /// <summary>The template, see <see cref="RootfsTemplate.Parse"/>.</summary>
    public required string Template { get; init; }

    /// <summary>More arguments of a template script.</summary>
    public IReadOnlyList<string> TemplateArguments { get; init; } = [];

    /// <summary>The image that it is made from instead of the template, and the store that has it or gets it; or null.</summary>
    public (ImageStore Store, ImageRequest Request)? Image { get; init; }

    /// <summary>What its root file system is kept on.</summary>
    public StorageOptions Storage { get; init; } = StorageOptions.Default;

    /// <summary>Whether the container gets no user namespace.</summary>
    public bool Privileged { get; init; }

    /// <summary>Whether its ids are nobody else's: no other container's, and no user's.</summary>
    public bool Isolated { get; init; }

    /// <summary>The limits that it starts with.</summary>
    public required CgroupLimits Limits { get; init; }

    /// <summary>The caller's own keys, applied last.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; }

    /// <summary>The seccomp policy of the container; it gets a copy that containers share.</summary>
    public required string SeccompPolicyPath { get; init; }

    /// <summary>The helper executable: a container whose root file system has no init gets it as init.</summary>
    public required HelperProgram Helper { get; init; }

    /// <summary>Told what is being done and how much of it, in percent; -1 when that is not known.</summary>
    public required Action<string, int> Progress { get; init; }

    /// <summary>Told what was decided.</summary>
    public required Action<string> Verbose { get; init; }

    /// <summary>Told what the container does not get.</summary>
    public required Action<string> Warn { get; init; }
}

/// <summary>Creates containers: all of one, or nothing.</summary>
public static class ContainerCreator
{
    /// <summary>The devices that a container may use; the same as LXC's common.conf allows.</summary>
    private static readonly string[] Devices =
        ["c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:7 rwm", "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:1 rwm", "c 5:2 rwm", "c 136:* rwm", "c 10:229 rwm"];

    /// <summary>Whether a rule is one that every container gets.</summary>
    internal static bool IsDefaultDevice(DeviceRule rule) => Devices.Contains(rule.Text);

    /// <summary>Creates a container.</summary>
    /// <exception cref="LxcException">InvalidName, ContainerExists, TemplateFailed, IdMapFailed, StorageFull, an error of a key, or Canceled.</exception>
    public static void Create(ContainerStore store, string name, CreateOptions options, CancellationToken cancel)
    {
        RequireOwnIds(name, options);
        if (options.Image is not { } wanted)
        {
            Create(store, name, RootfsTemplate.Parse(options.Template), options, cancel);
            return;
        }

        ImageInfo image = wanted.Request.Obtain(wanted.Store, new ImageContext
        {
            Helper = options.Helper,
            Progress = options.Progress,
            Verbose = options.Verbose,
            Warn = options.Warn,
            CancellationToken = cancel,
        });
        try
        {
            Create(store, name, new ImageTemplate(wanted.Store, image), options, cancel);
        }
        catch (LxcException)
        {
            if (!store.Exists(name))
            {
                wanted.Store.Release(image, store.LxcPath, name);
            }

            throw;
        }
    }

    private static void Create(ContainerStore store, string name, RootfsTemplate template, CreateOptions options, CancellationToken cancel)
    {
        if (options.TemplateArguments.Count > 0 && template is not ScriptTemplate)
        {
            throw new LxcException(LxcErrorId.TemplateFailed, $"The template '{options.Template}' takes no arguments")
            {
                ContainerName = name,
                Step = "template",
                Advice = "Leave out -TemplateArgument, which is for template scripts.",
            };
        }

        if (template is ScriptTemplate && options.Storage is not { Type: null or StorageType.Dir, Size: 0, FileSystem: null })
        {
            throw RootfsStorage.Unsupported(name, $"The template script '{options.Template}' makes a directory, and nothing else", "Leave -Storage out, and give it to Copy-LxcContainer afterwards.");
        }

        using ContainerCreation creation = store.BeginCreate(name);
        IReadOnlyList<IdMapEntry> userMaps = Processes.EffectiveUserId == 0 ? [] : MapsOfUser(name, options);
        TemplateContext context = new()
        {
            ContainerName = name,
            HostName = options.Settings.LastOrDefault(setting => setting.Key == "lxc.uts.name").Value is { Length: > 0 } host ? host : ContainerName.ToHostName(name),
            ContainerDirectory = creation.Directory,
            Privileged = options.Privileged,
            Arguments = options.TemplateArguments,
            Output = options.Verbose,
            CancellationToken = cancel,
            Progress = options.Progress,
        };
        TemplateResult root = template is ScriptTemplate ? ScriptCreation.Run(store, creation, context, userMaps, options)
            : RootfsBuilder.Build(options.Helper, template, options.Template, context, options.Storage, creation, userMaps);
        if (root.LeftOut.Count > 0)
        {
            options.Verbose($"{root.LeftOut.Count} files of the host are not in the container, because they are not for everyone's eyes or are the host's own");
        }

        ContainerConfig config = template is ScriptTemplate ? ScriptCreation.ConfigOf(creation) : ContainerConfig.Create(creation.ConfigPath);
        foreach (string note in root.Notes)
        {
            config.AddComment(note);
        }

        foreach ((string key, string value) in root.Settings)
        {
            config.Add(key, value);
        }

        if (template.Kind == TemplateKind.Host && !FileTree.Exists("/sbin/init"))
        {
            AddMinimalInit(config, creation.Directory, options);
        }

        // Another creation must not choose the same ids before this one's are in the store.
        using (store.LockIds(ConfigChanger.LockTimeout, cancel))
        {
            AddDefaults(config, store, name, userMaps, options);
            config.Apply(options.Settings);
            config.Save();
        }

        if (cancel.IsCancellationRequested)
        {
            throw new LxcException(LxcErrorId.Canceled, $"The creation of container '{name}' was stopped") { ContainerName = name };
        }

        creation.Commit();
        StoreHooks.AfterCreation(store, name, cancel);
    }

    private static void AddDefaults(
        ContainerConfig config, ContainerStore store, string name, IReadOnlyList<IdMapEntry> userMaps, CreateOptions options)
    {
        AddUnlessSet(config, "lxc.uts.name", ContainerName.ToHostName(name));
        if (!options.Privileged)
        {
            if (userMaps.Count == 0)
            {
                config.Set("lxc.rootfs.options", "idmap=container");
            }

            foreach (IdMapEntry map in userMaps.Count > 0 ? userMaps : SubordinateIds.ForNewContainer(store.IdMapsInUse(), options.Isolated))
            {
                config.Add("lxc.idmap", map.ToString());
            }
        }

        AddUnlessSet(config, "lxc.mount.auto", "proc:mixed sys:mixed cgroup:mixed");
        AddUnlessSet(config, "lxc.tty.max", "4");
        AddUnlessSet(config, "lxc.pty.max", "1024");

        // In a user namespace mac_admin reaches the container's own AppArmor policy alone, which nested containers and services load.
        AddUnlessSet(config, "lxc.cap.drop", options.Privileged ? "mac_admin mac_override sys_time sys_module sys_rawio" : "mac_override sys_time sys_module sys_rawio");
        if (config.GetAll("lxc.seccomp.profile").Length == 0)
        {
            config.Set("lxc.seccomp.profile", SharedPolicy.Of(options.SeccompPolicyPath));
        }

        CgroupLayout layout = CgroupLayout.Read();
        if (userMaps.Count == 0 && !config.Entries.Any(entry => entry.Key.StartsWith("lxc.cgroup", StringComparison.Ordinal) && entry.Key.Contains(".devices.", StringComparison.Ordinal)))
        {
            AddDevices(config, layout);
        }

        if (!config.WithPrefix("lxc.net.").Any())
        {
            DefaultNetwork.AddTo(config, options.Verbose);
        }

        foreach ((string key, string value) in options.Limits.ToSettings(layout))
        {
            config.Set(key, value);
        }
    }

    // Not for a user's container: only root may set the list of a cgroup, and what a user's container has in /dev is all it can have.
    private static void AddDevices(ContainerConfig config, CgroupLayout layout)
    {
        int version = layout.Find("devices") is not null ? 1 : layout.Unified is not null ? 2 : 0;
        if (version != 0)
        {
            config.Add(CgroupSetting.KeyOf(version, "devices.deny"), "a");
            foreach (string device in Devices)
            {
                config.Add(CgroupSetting.KeyOf(version, "devices.allow"), device);
            }
        }
    }

    private static void RequireOwnIds(string name, CreateOptions options)
    {
        bool named = options.Settings.Any(setting => setting.Key == "lxc.idmap");
        if (options.Isolated && (options.Privileged || named))
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, options.Privileged
                ? $"Container '{name}' cannot be isolated and privileged: a privileged container has the host's ids"
                : $"Container '{name}' cannot be isolated with ids that its configuration names")
            {
                ContainerName = name,
                ConfigKey = "lxc.idmap",
                Advice = options.Privileged ? "Leave out -Isolated or -Privileged." : "Leave out -Isolated, or lxc.idmap.",
            };
        }
    }

    private static IReadOnlyList<IdMapEntry> MapsOfUser(string name, CreateOptions options) => options.Privileged
        ? throw new LxcException(LxcErrorId.PermissionDenied, $"Container '{name}' cannot be privileged: a user's container needs a user namespace")
        {
            ContainerName = name,
            Errno = Errno.EPERM,
            Advice = "Leave -Privileged out, or run the session as root.",
        }
        : SubordinateIds.ForUser();

    // A slim host has no init to share: the helper's minimal one takes its place, which reaps and shuts down but starts nothing.
    private static void AddMinimalInit(ContainerConfig config, string directory, CreateOptions options)
    {
        const string Init = "/usr/sbin/lxcps-init";
        options.Verbose("The host has no /sbin/init: the container gets a minimal init that starts no services");
        string target = $"{directory}/overlay/usr/upper/sbin/lxcps-init";
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(options.Helper.Path, target);
        config.Set("lxc.init.cmd", Init + " init");
    }

    private static void AddUnlessSet(ContainerConfig config, string key, string value)
    {
        if (config.GetAll(key).Length == 0)
        {
            config.Add(key, value);
        }
    }
}
