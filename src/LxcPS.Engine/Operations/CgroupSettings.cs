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
            ? new CgroupFiles(CgroupLayout.Read(), controller => ControlClient.GetCgroup(lxcPath, name, controller))
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

    /// <summary>
    /// The keys and values for a file that is named as cgroup v1 or v2 does, in the words of the version that has its controller here. So a
    /// script serves hosts of both kinds, and the keys take the place of those that <see cref="CgroupLimits"/> writes rather than join them.
    /// A name that has no counterpart is taken as it is, for the kernel to say whether it has it.
    /// </summary>
    public static IReadOnlyList<(string Key, string Value)> OfFile(CgroupLayout layout, string file, string value)
    {
        CgroupSetting setting = new(file, value, file);
        int version = layout.Find(setting.Controller)?.Version ?? 2;
        IReadOnlyList<CgroupSetting> translated = version == 1 ? CgroupTranslation.ToV1([setting]) : CgroupTranslation.ToV2([setting]);
        List<(string Key, string Value)> settings = [];
        foreach (CgroupSetting one in translated.Count > 0 ? translated : [setting])
        {
            settings.Add((CgroupSetting.KeyOf(version, one.File), one.Value));
        }

        return settings;
    }

    /// <summary>The file of a key: <c>memory.max</c> of <c>lxc.cgroup2.memory.max</c>.</summary>
    public static string FileOf(string key) => key[(key.IndexOf('.', "lxc.".Length) + 1)..];
}
