using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <content>Limits.</content>
public sealed partial class ContainerCgroups
{
    private readonly List<string> warnings = [];
    private readonly List<CgroupSetting> deviceRules = [];

    /// <summary>What could not be set and is no reason not to start: a sentence each, for the user.</summary>
    public IReadOnlyList<string> Warnings => warnings;

    /// <summary>
    /// Sets the limits of a configuration. A key of the version that does not have the controller here is translated; see
    /// <see cref="CgroupTranslation"/> and <see cref="Warnings"/>.
    /// </summary>
    /// <param name="settings">Keys <c>lxc.cgroup.FILE</c> and <c>lxc.cgroup2.FILE</c> with their values; others are passed over.</param>
    /// <exception cref="LxcException">CgroupControllerMissing: no such controller. CgroupRefused: the kernel refuses the value.</exception>
    public void ApplyLimits(IEnumerable<(string Key, string Value)> settings)
    {
        if (isUser)
        {
            // Root alone may set the devices of a cgroup. What is not in a user's container, it cannot make.
            settings = settings.Where(setting => !DeviceSettings.IsRule(setting.Key));
        }

        foreach (CgroupWrite write in CgroupResolver.Resolve(layout, settings, warnings, deviceRules))
        {
            Apply(write);
        }

        if (!isUser)
        {
            AttachDeviceRules();
        }

        foreach (CgroupPlace place in places)
        {
            try
            {
                MakeInner(place);
            }
            catch (LinuxException e)
            {
                throw Failed($"The cgroup '{plan.Inner}' below '{place.Limit}' could not be made: {e.Message}", e);
            }
        }
    }

    private void Apply(CgroupWrite write)
    {
        CgroupSetting setting = write.Setting;
        CgroupPlace place = PlaceIn(write.Hierarchy) ?? throw CgroupResolver.Missing(setting);
        if (place.IsUnified && !layout.IsUnified && setting.Controller != "cgroup")
        {
            EnableOnDemand(place, setting);
        }

        try
        {
            if (!place.IsUnified && setting.File is "cpuset.cpus" or "cpuset.mems")
            {
                // Narrowed from below, because a v1 cpuset may not lose what one below it has.
                for (string directory = place.Payload!; directory != place.Limit; directory = directory[..directory.LastIndexOf('/')])
                {
                    CgroupWriter.Write(directory, setting);
                }
            }

            CgroupWriter.Write(place.Limit!, setting);
        }
        catch (LxcException e) when (setting.Controller == "devices" && e.Errno is Errno.EPERM or Errno.EACCES)
        {
            // Only the host's root may change the list; in a nested container the outer one confines already.
            warnings.Add($"{e.Message}; the devices of the cgroup above apply");
        }
    }

    private void EnableOnDemand(CgroupPlace place, CgroupSetting setting)
    {
        try
        {
            EnableControllers(place, [CgroupLayout.NameIn(2, setting.Controller)], isRequired: true);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.CgroupRefused,
                $"The controller '{setting.Controller}' that '{setting.ConfigKey}' needs could not be enabled for the container: {e.Message}", e)
            {
                Step = "cgroup",
                ConfigKey = setting.ConfigKey,
                Advice = "See cgroup.controllers and cgroup.subtree_control of the cgroups above; with processes in them they cannot hand it on.",
            };
        }
    }
}
