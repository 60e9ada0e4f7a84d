using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Operations;

/// <summary>Limits of a container in its configuration and, while it runs, in the kernel: both change, or neither.</summary>
public static class CgroupSettings
{
    /// <summary>The cgroup files of a container that runs, or null.</summary>
    public static CgroupFiles? FilesOf(string lxcPath, string name) =>
        ControlClient.GetInitPid(lxcPath, name) > 0
            ? new CgroupFiles(CgroupLayout.Read(), controller => LimitCgroupOf(lxcPath, name, controller),
                rules => ControlClient.ChangeDevices(lxcPath, name, rules))
            : null;

    /// <summary>Sets limits: keys of lxc.container.conf(5), <c>lxc.cgroup.*</c> or <c>lxc.cgroup2.*</c>. A value of <c>max</c> lifts one.</summary>
    /// <exception cref="LxcException">
    /// CgroupRefused: the kernel refused a value, and everything is as it was. CgroupControllerMissing, ContainerBusy or an error of the
    /// configuration file.
    /// </exception>
    public static void Apply(ContainerStore store, string name, IReadOnlyList<(string Key, string Value)> settings)
    {
        using ContainerLock held = store.Lock(name, ConfigChanger.LockTimeout);
        ContainerConfig config = store.LoadConfig(name);
        List<(string Key, string Value)> limits = [.. WithSum(config, settings).Where(setting => !DeviceSettings.IsRule(setting.Key))];
        foreach ((string key, string value) in limits)
        {
            config.Set(key, value);
        }

        // A list: a rule is one more, and does not stand for the others.
        DeviceConfig devices = new(config, DeviceConfig.VersionOf(CgroupLayout.Read()));
        DeviceList before = devices.Read();
        List<DeviceRule> rules = [];
        foreach ((string key, string value) in settings.Where(setting => DeviceSettings.IsRule(setting.Key)))
        {
            rules.AddRange(devices.Add(DeviceSettings.RuleOf(key, value)));
        }

        CgroupFiles? files = FilesOf(store.LxcPath, name);
        if (files is null)
        {
            config.Save();
            return;
        }

        // The kernel first, for it may refuse; then the file, and if that cannot be written the kernel gets its old values back.
        List<(string Key, string Value)> old = [];
        foreach ((string key, _) in limits)
        {
            if (files.TryGet(FileOf(key)) is { Length: > 0 } value)
            {
                old.Insert(0, (key, value));
            }
        }

        IReadOnlyList<DeviceRule> undo = rules.Count == 0 ? [] : DevicesOf(store.LxcPath, name, files, before).ToUndo(rules);
        files.Apply(limits);
        try
        {
            files.ChangeDevices(rules);
            try
            {
                config.Save();
            }
            catch
            {
                files.ChangeDevices(undo);
                throw;
            }
        }
        catch
        {
            files.Apply(old);
            throw;
        }
    }

    /// <summary>
    /// The device list of a running container, as far as the kernel or the monitor tells it; otherwise that of its configuration.
    /// </summary>
    internal static DeviceList DevicesOf(string lxcPath, string name, CgroupFiles files, DeviceList configured) =>
        files.VersionOf("devices") == 1 ? files.ReadDeviceList() ?? configured
            : ControlClient.GetDeviceRules(lxcPath, name) is { } rules ? DeviceList.Of(rules) : configured;

    // v1 does not lift the limit of memory below that of memory and swap together, v2 has no such sum: it goes with the limit.
    private static IReadOnlyList<(string Key, string Value)> WithSum(ContainerConfig config, IReadOnlyList<(string Key, string Value)> settings)
    {
        const string Memory = CgroupSetting.Prefix1 + "memory.limit_in_bytes";
        const string Sum = CgroupSetting.Prefix1 + "memory.memsw.limit_in_bytes";
        bool lifted = settings.Any(setting => setting is { Key: Memory, Value: "-1" }) && !settings.Any(setting => setting.Key == Sum);
        return lifted && config.Get(Sum) is not (null or "-1") ? [.. settings, (Sum, "-1")] : settings;
    }

    // Monitors before LXC 4.0.4 know one cgroup only.
    private static string? LimitCgroupOf(string lxcPath, string name, string controller) =>
        ControlClient.GetLimitCgroup(lxcPath, name, controller) ?? ControlClient.GetCgroup(lxcPath, name, controller);

    /// <summary>The file of a key: <c>memory.max</c> of <c>lxc.cgroup2.memory.max</c>.</summary>
    public static string FileOf(string key) => key[(key.IndexOf('.', "lxc.".Length) + 1)..];
}
