using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>A setting and the hierarchy that it is written in on this host.</summary>
internal readonly record struct CgroupWrite(CgroupHierarchy Hierarchy, CgroupSetting Setting);

/// <summary>
/// Which file of which hierarchy each <c>lxc.cgroup.*</c> and <c>lxc.cgroup2.*</c> setting means on this host. A key for the version that
/// has the controller is taken as it is; one for the other version is translated, unless the same file is also set by a key for the right one
/// (configurations that are made for both kinds of host carry both).
/// </summary>
internal static class CgroupResolver
{
    private delegate IReadOnlyList<CgroupSetting> Translate(IReadOnlyList<CgroupSetting> settings, ICollection<CgroupSetting>? untranslatable);

    /// <summary>Resolves settings, in an order that the kernel takes.</summary>
    /// <param name="layout">The host's hierarchies.</param>
    /// <param name="settings">Configuration keys and values; keys of other things are passed over.</param>
    /// <param name="warnings">Receives a sentence for each setting that has no counterpart on this host.</param>
    /// <param name="deviceRules">Receives the device rules that v2 has no file for.</param>
    /// <exception cref="LxcException">CgroupControllerMissing, ConfigInvalidValue.</exception>
    internal static List<CgroupWrite> Resolve(
        CgroupLayout layout, IEnumerable<(string Key, string Value)> settings, ICollection<string> warnings, ICollection<CgroupSetting> deviceRules)
    {
        List<CgroupWrite> writes = [];
        List<CgroupSetting> foreign1 = [];
        List<CgroupSetting> foreign2 = [];
        foreach ((string key, string value) in settings)
        {
            if (!CgroupSetting.TryParseKey(key, out int version, out string file) || value.Length == 0)
            {
                continue;
            }

            CgroupSetting setting = new(file, value, key);
            CheckFile(setting);
            CgroupHierarchy? home = layout.Find(setting.Controller);
            if (setting.Controller == "devices" && home is null && layout.Unified is not null)
            {
                AddRule(deviceRules, setting, version);
            }
            else if (home is null)
            {
                throw Missing(setting);
            }
            else if (IsNative(setting, version, home))
            {
                writes.Add(new CgroupWrite(home, setting));
            }
            else
            {
                (version == 1 ? foreign1 : foreign2).Add(setting);
            }
        }

        AddForeign(layout, writes, CgroupTranslation.ToV2, foreign1, warnings);
        AddForeign(layout, writes, CgroupTranslation.ToV1, foreign2, warnings);
        Order(writes);
        return writes;
    }

    /// <summary>Whether a name is a plain file name that can only mean a file of the cgroup itself.</summary>
    internal static bool IsPlainFile(string file) =>
        file.IndexOf('.') > 0 && !file.Contains('/') && !file.Contains("..") && !file.Contains('\0') && !file.Contains('\n');

    internal static LxcException Missing(CgroupSetting setting) => Processes.EffectiveUserId != 0 ? NotDelegated(setting) : new(LxcErrorId.CgroupControllerMissing,
        $"The setting '{setting.ConfigKey} = {setting.Value}' needs the cgroup controller '{setting.Controller}', which this host does not have")
    {
        Step = "cgroup",
        ConfigKey = setting.ConfigKey,
        Advice = "Remove the setting, or enable the controller (kernel parameters cgroup_enable= and cgroup_disable=, cgroup.subtree_control on v2).",
    };

    private static LxcException NotDelegated(CgroupSetting setting) => new(LxcErrorId.CgroupRefused,
        $"The limit '{setting.ConfigKey} = {setting.Value}' cannot be set: no cgroup with the controller '{setting.Controller}' is delegated to this user")
    {
        Step = "cgroup",
        ConfigKey = setting.ConfigKey,
        Errno = Errno.EPERM,
        Advice = "Start the session in a cgroup that is: systemd-run --user --scope -p Delegate=yes pwsh, with the user's own systemd running (loginctl enable-linger); or remove the limit.",
    };

    // A v1 controller of the other name (blkio for io), or the version itself, differs from what the key was written for.
    private static bool IsNative(CgroupSetting setting, int version, CgroupHierarchy home) =>
        home.Version == version && CgroupLayout.NameIn(version, setting.Controller) == setting.Controller && !(version == 2 && setting.Controller == "freezer");

    private static void CheckFile(CgroupSetting setting)
    {
        if (setting.File is "cgroup.procs" or "cgroup.threads" or "cgroup.kill")
        {
            // Written, these move or end processes, of the host's too.
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The key '{setting.ConfigKey}' does not set anything: its file takes processes")
            {
                Step = "cgroup",
                ConfigKey = setting.ConfigKey,
                Advice = "Use Invoke-LxcCommand to run a program in the container, and Stop-LxcContainer -Kill to end all of them.",
            };
        }

        if (!IsPlainFile(setting.File))
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The key '{setting.ConfigKey}' does not name a file of a cgroup")
            {
                Step = "cgroup",
                ConfigKey = setting.ConfigKey,
                Advice = "Name a controller and a file of it, e.g. lxc.cgroup2.memory.max.",
            };
        }
    }

    // Of rules for both versions those for v2 count, as in LXC.
    private static void AddRule(ICollection<CgroupSetting> rules, CgroupSetting rule, int version)
    {
        bool hasV2 = false;
        foreach (CgroupSetting other in rules)
        {
            hasV2 |= other.ConfigKey.StartsWith(CgroupSetting.Prefix2, StringComparison.Ordinal);
        }

        if (version == 2 && !hasV2)
        {
            rules.Clear();
        }

        if (version == 2 || !hasV2)
        {
            rules.Add(rule);
        }
    }

    private static void AddForeign(
        CgroupLayout layout, List<CgroupWrite> writes, Translate translate, List<CgroupSetting> foreign, ICollection<string> warnings)
    {
        if (foreign.Count == 0)
        {
            return;
        }

        int native = writes.Count;
        List<CgroupSetting> untranslatable = [];
        foreach (CgroupSetting setting in translate(foreign, untranslatable))
        {
            bool isSet = false;
            for (int i = 0; i < native && !isSet; i++)
            {
                // A list of device rules is one thing: half of it must not be mixed into another.
                isSet = writes[i].Setting.File == setting.File || (setting.Controller == "devices" && writes[i].Setting.Controller == "devices");
            }

            if (!isSet && layout.Find(setting.Controller) is { } home)
            {
                writes.Add(new CgroupWrite(home, setting));
            }
        }

        foreach (CgroupSetting setting in untranslatable)
        {
            warnings.Add($"The setting '{setting.ConfigKey} = {setting.Value}' is not applied: this host has the controller in the other version of " +
                "cgroups, where nothing corresponds to it");
        }
    }

    // memsw may not be below the limit of memory alone, so that comes first; everything else stays as written.
    private static void Order(List<CgroupWrite> writes)
    {
        List<CgroupWrite> last = [];
        for (int i = 0; i < writes.Count;)
        {
            if (writes[i].Setting.File == "memory.memsw.limit_in_bytes")
            {
                last.Add(writes[i]);
                writes.RemoveAt(i);
            }
            else
            {
                i++;
            }
        }

        writes.AddRange(last);
    }
}
