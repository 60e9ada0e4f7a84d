using LxcPS.Engine.Configuration;
using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>How a container is confined by AppArmor, worked out before anything is made.</summary>
public sealed class AppArmorPlan
{
    private AppArmorPlan(string label) => Label = label;

    /// <summary>The label that init gets.</summary>
    public string Label { get; }

    /// <summary>The profile that is loaded for this container alone and removed with it, or null.</summary>
    public string? Profile { get; private init; }

    /// <summary>That profile's source.</summary>
    public string? Source { get; private init; }

    /// <summary>The policy namespace in which the container loads profiles of its own, below its profile, or null.</summary>
    public string? Namespace { get; private init; }

    /// <summary>
    /// Whether file systems that are mounted by descriptors (fsopen, open_tree) have to be kept from the container: their paths are told to no
    /// rule of the profile, and a root that is the host's root could reach the host's files by them.
    /// </summary>
    public bool HidesMountDescriptors { get; private init; }

    /// <summary>Works out the confinement of a container.</summary>
    /// <param name="lxcPath">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="config">Its configuration.</param>
    /// <param name="namespaces">The namespaces that it gets: CLONE_NEW flags.</param>
    /// <param name="callerLabel">The label of whoever starts it, which the monitor may have left for its own.</param>
    /// <param name="warn">Told of what is left out.</param>
    /// <returns>Null where init keeps the label that it is started with.</returns>
    /// <exception cref="LxcException">
    /// ConfigInvalidValue: no name of a container's profile. ConfinementFailed: this kernel or parser cannot do what is asked for, and
    /// <c>lxc.apparmor.allow_incomplete</c> does not allow less.
    /// </exception>
    public static AppArmorPlan? Of(string lxcPath, string name, ContainerConfig config, ulong namespaces, string callerLabel, Action<string> warn)
    {
        string profile = config.Get("lxc.apparmor.profile") is { Length: > 0 } wanted ? wanted : AppArmorName.Generated;
        if (AppArmorName.Objection(profile) is { } objection)
        {
            throw Invalid(name, profile, objection);
        }

        if (!AppArmorKernel.IsEnabled)
        {
            if (profile is not (AppArmorName.Generated or AppArmorName.Unchanged or AppArmorName.Unconfined))
            {
                warn($"Container '{name}' is not under its AppArmor profile '{profile}': this kernel runs without AppArmor");
            }

            return null;
        }

        string own = AppArmorKernel.OwnLabel;
        if (profile == AppArmorName.Unchanged)
        {
            return callerLabel == own ? null : new AppArmorPlan(callerLabel);
        }

        bool incomplete = config.Get("lxc.apparmor.allow_incomplete") == "1";
        if (profile != AppArmorName.Unconfined && !AppArmorKernel.MediatesMounts)
        {
            Lack(name, "this kernel's AppArmor cannot confine mounts", incomplete, warn);
        }

        if (profile == AppArmorName.Generated && Processes.EffectiveUserId != 0)
        {
            return OfUser(name, config, own, incomplete, warn);
        }

        if (profile == AppArmorName.Generated)
        {
            if (AppArmorParser.Path is null || !AppArmorKernel.IsPolicyReachable)
            {
                Lack(name, AppArmorParser.Path is null ? "apparmor_parser is not installed" : "no policy can be loaded: securityfs is not mounted, or not for the caller",
                    incomplete, warn);
                return own == AppArmorName.Unconfined ? null : new AppArmorPlan(AppArmorName.Unconfined);
            }

            return Generate(lxcPath, name, config, namespaces);
        }

        return profile == own ? null : new AppArmorPlan(profile)
        {
            HidesMountDescriptors = profile != AppArmorName.Unconfined && HidesDescriptors(namespaces, config.Get),
        };
    }

    /// <summary>Loads the generated profile and makes the policy namespace.</summary>
    /// <exception cref="LxcException">ConfinementFailed: the parser or the kernel refuses the profile.</exception>
    internal void Load()
    {
        if (Profile is null)
        {
            return;
        }

        try
        {
            if (Namespace is not null)
            {
                FileTree.MakeDirectory(Descriptors.CurrentDirectory, AppArmorKernel.NamespaceDirectory(Namespace), 0x1ED /* 0755 */);
            }

            AppArmorKernel.Load(AppArmorParser.Compile(Source!, $"The AppArmor profile '{Profile}'"));
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.ConfinementFailed, $"The AppArmor profile '{Profile}' cannot be loaded: {e.Message}", e)
            {
                ConfigKey = "lxc.apparmor.profile",
                Advice = "Loading takes root with CAP_MAC_ADMIN; see the kernel log for what AppArmor says of it.",
            };
        }
    }

    /// <summary>Removes a profile and a policy namespace; nothing is said of those that are not there.</summary>
    internal static void Unload(string? profile, string? policyNamespace)
    {
        if (policyNamespace is not null)
        {
            FileTree.Remove(Descriptors.CurrentDirectory, AppArmorKernel.NamespaceDirectory(policyNamespace), isDirectory: true);
        }

        if (profile is not null && AppArmorKernel.IsPolicyReachable)
        {
            AppArmorKernel.Unload(profile);
        }
    }

    /// <summary>Whether mounts by descriptors are kept from a container that is under a profile.</summary>
    /// <param name="namespaces">Its namespaces: CLONE_NEW flags.</param>
    /// <param name="setting">Gives the value of a key of its configuration, or null.</param>
    internal static bool HidesDescriptors(ulong namespaces, Func<string, string?> setting) =>
        (namespaces & Processes.CLONE_NEWUSER) == 0 && setting("lxc.apparmor.allow_nesting") != "1";

    // Only root can load a profile, so users share one that root has loaded.
    private static AppArmorPlan? OfUser(string name, ContainerConfig config, string own, bool incomplete, Action<string> warn)
    {
        string? lack = !AppArmorKernel.IsLoaded(AppArmorName.OfUsers) ? $"the profile '{AppArmorName.OfUsers}' is not loaded"
            : config.Get("lxc.apparmor.allow_nesting") == "1" || config.GetAll("lxc.apparmor.raw").Length > 0
                ? $"a user cannot load a profile with its own rules, and '{AppArmorName.OfUsers}' has none of lxc.apparmor.raw and lxc.apparmor.allow_nesting" : null;
        if (lack is null)
        {
            return new AppArmorPlan(AppArmorName.OfUsers);
        }

        if (!incomplete)
        {
            throw new LxcException(LxcErrorId.ConfinementFailed, $"Container '{name}' cannot be confined by AppArmor: {lack}")
            {
                ContainerName = name,
                ConfigKey = "lxc.apparmor.profile",
                Advice = $"Let root run: New-LxcProfile {AppArmorName.OfUsers} | Register-LxcProfile; or name another profile that root has loaded; "
                    + "or set lxc.apparmor.allow_incomplete = 1 to start the container without.",
            };
        }

        warn($"Container '{name}' is not fully confined by AppArmor: {lack}");
        return own == AppArmorName.Unconfined ? null : new AppArmorPlan(AppArmorName.Unconfined);
    }

    private static AppArmorPlan Generate(string lxcPath, string name, ContainerConfig config, ulong namespaces)
    {
        string profile = AppArmorName.ProfileOf(lxcPath, name);
        string? policyNamespace = AppArmorKernel.CanStack && !AppArmorKernel.IsNested ? AppArmorName.NamespaceOf(lxcPath, name) : null;
        return new AppArmorPlan(policyNamespace is null ? profile : $"{profile}//&:{policyNamespace}:{AppArmorName.Unconfined}")
        {
            Profile = profile,
            Source = SourceOf(profile, policyNamespace, config, namespaces),
            Namespace = policyNamespace,
            HidesMountDescriptors = HidesDescriptors(namespaces, config.Get),
        };
    }

    /// <summary>The source of the profile that is generated for a container.</summary>
    /// <param name="profile">The name that it gets.</param>
    /// <param name="policyNamespace">The policy namespace below it, or null.</param>
    /// <param name="config">The container's configuration.</param>
    /// <param name="namespaces">The namespaces that it gets: CLONE_NEW flags.</param>
    internal static string SourceOf(string profile, string? policyNamespace, ContainerConfig config, ulong namespaces)
    {
        GeneratedProfile generated = new(profile)
        {
            Unprivileged = (namespaces & Processes.CLONE_NEWUSER) != 0,
            Nesting = config.Get("lxc.apparmor.allow_nesting") == "1",
            Namespace = policyNamespace,
            OwnNetwork = (namespaces & Processes.CLONE_NEWNET) != 0,
            OwnIpc = (namespaces & Processes.CLONE_NEWIPC) != 0,
            OwnUts = (namespaces & Processes.CLONE_NEWUTS) != 0,
            MediatesUserNamespaces = AppArmorKernel.MediatesUserNamespaces,
            Rules = [.. config.GetAll("lxc.apparmor.raw")],
        };
        return generated.Write();
    }

    private static void Lack(string name, string what, bool allowed, Action<string> warn)
    {
        if (!allowed)
        {
            throw new LxcException(LxcErrorId.ConfinementFailed, $"Container '{name}' cannot be confined by AppArmor: {what}")
            {
                ContainerName = name,
                ConfigKey = "lxc.apparmor.profile",
                Advice = "Install what is missing (apt-get install apparmor), or set lxc.apparmor.allow_incomplete = 1 to start it confined as far as possible.",
            };
        }

        warn($"Container '{name}' is not fully confined by AppArmor: {what}");
    }

    private static LxcException Invalid(string name, string profile, string objection) =>
        new(LxcErrorId.ConfigInvalidValue, $"'{profile}' cannot be the AppArmor profile of container '{name}': {objection}")
        {
            ContainerName = name,
            ConfigKey = "lxc.apparmor.profile",
            Advice = $"Name a profile that begins with {AppArmorName.Prefix}.",
        };
}
