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
            ? new CgroupFiles(CgroupLayout.Read(), controller => LimitCgroupOf(lxcPath, name, controller))
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
        settings = WithSum(config, settings);
        foreach ((string key, string value) in settings)
        {
            config.Set(key, value);
        }

        CgroupFiles? files = FilesOf(store.LxcPath, name);
        if (files is null)
        {
            config.Save();
            return;
        }

        // The kernel first, for it may refuse; then the file, and if that cannot be written the kernel gets its old values back.
        string[] old = new string[settings.Count];
        for (int i = 0; i < old.Length; i++)
        {
            old[i] = files.TryGet(FileOf(settings[i].Key)) ?? string.Empty;
        }

        files.Apply(settings);
        try
        {
            config.Save();
        }
        catch
        {
            List<(string Key, string Value)> back = [];
            for (int i = old.Length - 1; i >= 0; i--)
            {
                if (old[i].Length > 0)
                {
                    back.Add((settings[i].Key, old[i]));
                }
            }

            files.Apply(back);
            throw;
        }
    }

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
