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

    /// <summary>
    /// A setting as the keys that this host wants: a file that is named as the other version of cgroups has it is translated at once, so that a
    /// configuration never says the same thing twice.
    /// </summary>
    /// <param name="layout">The host's hierarchies.</param>
    /// <param name="key">A file of a cgroup, e.g. <c>memory.max</c> or <c>memory.limit_in_bytes</c>, or a whole configuration key.</param>
    /// <param name="value">Its value.</param>
    public static IReadOnlyList<(string Key, string Value)> ForHost(CgroupLayout layout, string key, string value)
    {
        string file = CgroupSetting.TryParseKey(key, out _, out string named) ? named : key;
        CgroupSetting setting = new(file, value, key);
        int version = layout.Find(setting.Controller)?.Version ?? 2;

        // A period without its quota would become a lifted quota.
        IReadOnlyList<CgroupSetting> translated = file == "cpu.cfs_period_us" ? []
            : version == 2 ? CgroupTranslation.ToV2([setting]) : CgroupTranslation.ToV1([setting]);
        List<(string Key, string Value)> result = [];
        foreach (CgroupSetting one in translated)
        {
            result.Add((CgroupSetting.KeyOf(version, one.File), one.File == file ? value : one.Value));
        }

        return result.Count > 0 ? result : [(CgroupSetting.KeyOf(version, file), value)];
    }

    /// <summary>Sets limits: keys of lxc.container.conf(5), <c>lxc.cgroup.*</c> or <c>lxc.cgroup2.*</c>. A value of <c>max</c> lifts one.</summary>
    /// <exception cref="LxcException">
    /// CgroupRefused: the kernel refused a value, and everything is as it was. CgroupControllerMissing, ContainerBusy or an error of the
    /// configuration file.
    /// </exception>
    public static void Apply(ContainerStore store, string name, IReadOnlyList<(string Key, string Value)> settings)
    {
        using ContainerLock held = store.Lock(name, ConfigChanger.LockTimeout);
        ContainerConfig config = store.LoadConfig(name);
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

    // Monitors before LXC 4.0.4 know one cgroup only.
    private static string? LimitCgroupOf(string lxcPath, string name, string controller) =>
        ControlClient.GetLimitCgroup(lxcPath, name, controller) ?? ControlClient.GetCgroup(lxcPath, name, controller);

    /// <summary>The file of a key: <c>memory.max</c> of <c>lxc.cgroup2.memory.max</c>.</summary>
    public static string FileOf(string key) => key[(key.IndexOf('.', "lxc.".Length) + 1)..];
}
