using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>The cgroup files of a running container, for its clients: any file read or set, and limits changed all or none.</summary>
public sealed class CgroupFiles
{
    private readonly CgroupLayout layout;
    private readonly Func<string, string?> cgroupOf;
    private readonly Action<IReadOnlyList<DeviceRule>>? changeProgram;

    /// <summary>Refers to the cgroups of a container; nothing is opened yet.</summary>
    /// <param name="layout">The host's hierarchies.</param>
    /// <param name="cgroupOf">
    /// Gives the cgroup that the container's limits are set on, as /proc/PID/cgroup shows it, for a controller's name (the empty name for the
    /// unified hierarchy); null where there is none. It is what the monitor answers.
    /// </param>
    /// <param name="changeProgram">Has the monitor apply device rules by its program, all or none: on v2.</param>
    public CgroupFiles(CgroupLayout layout, Func<string, string?> cgroupOf, Action<IReadOnlyList<DeviceRule>>? changeProgram = null)
    {
        this.changeProgram = changeProgram;
        this.layout = layout;
        this.cgroupOf = cgroupOf;
    }

    /// <summary>The directory that holds the files of a controller, or null where this host or the container has none.</summary>
    public string? DirectoryOf(string controller) =>
        layout.Find(controller) is { } hierarchy && cgroupOf(NameFor(hierarchy, controller)) is { } cgroup && hierarchy.TryPathOf(cgroup, out string directory)
            ? directory
            : null;

    /// <summary>Which version of cgroups has the controller here; 0 for none.</summary>
    public int VersionOf(string controller) => layout.Find(controller)?.Version ?? 0;

    /// <summary>
    /// Reads a file, e.g. <c>memory.stat</c>; without the last line end. A limit that this host has under the other version's name is
    /// translated: <c>memory.max</c> gives v1's <c>memory.limit_in_bytes</c>.
    /// </summary>
    /// <exception cref="LxcException">ConfigInvalidValue: no plain file name. CgroupControllerMissing. CgroupFailed: it cannot be read.</exception>
    public string Get(string file)
    {
        string path = PathOf(file);
        try
        {
            return Descriptors.ReadText(path).TrimEnd('\n');
        }
        catch (LinuxException e) when (e.Number == Errno.ENOENT && TryTranslate(file) is { } translated)
        {
            return translated;
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.CgroupFailed, $"The cgroup file '{path}' could not be read: {e.Message}", e)
            {
                Step = "cgroup",
                ConfigKey = file,
                Advice = e.Number == Errno.ENOENT
                    ? "This kernel has no such file, or the container has stopped."
                    : "Some files can only be written; others are root's.",
            };
        }
    }

    /// <summary>Reads a file, or null where it does not exist or cannot be read.</summary>
    public string? TryGet(string file) =>
        CgroupResolver.IsPlainFile(file) && DirectoryOf(ControllerOf(file)) is { } directory ? Descriptors.TryReadText($"{directory}/{file}")?.TrimEnd('\n') : null;

    /// <summary>Writes a file.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue: no plain file name. CgroupControllerMissing. CgroupRefused: the kernel refuses.</exception>
    public void Set(string file, string value)
    {
        string path = PathOf(file);
        CgroupWriter.Write(path[..path.LastIndexOf('/')], new CgroupSetting(file, value, file));
    }

    /// <summary>
    /// Sets limits by configuration keys (<c>lxc.cgroup.*</c>, <c>lxc.cgroup2.*</c>; translated where the host needs it), all or none: when one
    /// is refused, those before it get their old values back.
    /// </summary>
    /// <returns>A sentence for each setting that has no counterpart on this host.</returns>
    /// <exception cref="LxcException">CgroupRefused, CgroupControllerMissing, ConfigInvalidValue; nothing is changed then.</exception>
    public IReadOnlyList<string> Apply(IEnumerable<(string Key, string Value)> settings)
    {
        List<string> warnings = [];
        List<CgroupSetting> rules = [];
        List<(string Directory, CgroupSetting Setting, string? Old)> steps = [];
        foreach (CgroupWrite write in CgroupResolver.Resolve(layout, settings, warnings, rules))
        {
            string directory = DirectoryOf(write.Setting.Controller) ?? throw CgroupResolver.Missing(write.Setting);
            (string file, string value) = CgroupWriter.Adapt(directory, write.Setting);
            steps.Add((directory, write.Setting with { File = file, Value = value }, OldValueOf(directory, file, value)));
        }

        RaiseSumFirst(steps);
        for (int i = 0; i < steps.Count; i++)
        {
            try
            {
                CgroupWriter.Write(steps[i].Directory, steps[i].Setting);
            }
            catch (LxcException)
            {
                Restore(steps, i);
                throw;
            }
        }

        try
        {
            ChangeDevices(DeviceSettings.RulesOf(rules));
        }
        catch (LxcException)
        {
            Restore(steps, steps.Count);
            throw;
        }

        return warnings;
    }

    /// <summary>Applies device rules after those before them, by v1's files or by the program of v2; all or none.</summary>
    /// <exception cref="LxcException">CgroupRefused, CgroupControllerMissing; nothing is changed then.</exception>
    public void ChangeDevices(IReadOnlyList<DeviceRule> rules)
    {
        if (rules.Count == 0)
        {
            return;
        }

        if (layout.Find("devices") is null)
        {
            (changeProgram ?? throw CgroupResolver.Missing(SettingOf(rules[0])))(rules);
            return;
        }

        string directory = DirectoryOf("devices") ?? throw CgroupResolver.Missing(SettingOf(rules[0]));
        DeviceList? old = ReadDeviceList();
        for (int i = 0; i < rules.Count; i++)
        {
            try
            {
                CgroupWriter.Write(directory, SettingOf(rules[i]));
            }
            catch (LxcException)
            {
                foreach (DeviceRule undo in old?.ToUndo([.. rules.Take(i)]) ?? [])
                {
                    CgroupWriter.Write(directory, SettingOf(undo));
                }

                throw;
            }
        }
    }

    /// <summary>
    /// The device list of v1's files, or null: there is none, or everything is allowed by default, when the kernel does not show what is denied.
    /// </summary>
    public DeviceList? ReadDeviceList()
    {
        if (TryGet("devices.list") is not { } text)
        {
            return null;
        }

        DeviceList list = new(allowsByDefault: false);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            list.TryAdd(true, line);
        }

        return list.AllowsByDefault ? null : list;
    }

    private static CgroupSetting SettingOf(DeviceRule rule)
    {
        string file = rule.Allow ? "devices.allow" : "devices.deny";
        return new CgroupSetting(file, rule.Text, file);
    }

    private static void Restore(List<(string Directory, CgroupSetting Setting, string? Old)> steps, int count)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            if (steps[i].Old is { } old)
            {
                try
                {
                    CgroupWriter.Write(steps[i].Directory, steps[i].Setting with { Value = old });
                }
                catch (LxcException)
                {
                    // The error of the setting that was refused is the one to tell.
                }
            }
        }
    }

    // The sum of memory and swap may never be below memory alone: it is raised before, and lowered after.
    private static void RaiseSumFirst(List<(string Directory, CgroupSetting Setting, string? Old)> steps)
    {
        int memory = steps.FindIndex(step => step.Setting.File == "memory.limit_in_bytes");
        int sum = steps.FindIndex(step => step.Setting.File == "memory.memsw.limit_in_bytes");
        if (memory >= 0 && sum > memory && CgroupNumber.TrySize(steps[memory].Setting.Value, out long wanted)
            && CgroupNumber.TrySize(steps[sum].Old ?? string.Empty, out long old) && old >= 0 && (wanted < 0 || wanted > old))
        {
            (string, CgroupSetting, string?) step = steps[sum];
            steps.RemoveAt(sum);
            steps.Insert(memory, step);
        }
    }

    // What a file shows is not what it takes everywhere.
    private static string? OldValueOf(string directory, string file, string value)
    {
        string? old = Descriptors.TryReadText($"{directory}/{file}")?.Trim();
        switch (file)
        {
            case "devices.allow":
                return null;
            case "io.max" or "blkio.throttle.read_bps_device" or "blkio.throttle.write_bps_device"
                or "blkio.throttle.read_iops_device" or "blkio.throttle.write_iops_device":
                // A line a device: that of the device that is set, or its absence.
                string device = value.Split(' ')[0];
                return CgroupFile.ValueOf(old ?? string.Empty, device) is { } line ? $"{device} {line}"
                    : file == "io.max" ? $"{device} rbps=max wbps=max riops=max wiops=max" : $"{device} 0";
            case "io.weight" or "io.bfq.weight":
                return old is null ? null : "default " + (CgroupFile.ValueOf(old, "default") ?? "100");
            case "freezer.state":
                return old == "FREEZING" ? "FROZEN" : old;
            default:
                return old is { Length: > 0 } ? old : file is "cpuset.cpus" or "cpuset.mems" ? "\n" : null;
        }
    }

    private string? TryTranslate(string file)
    {
        int version = VersionOf(ControllerOf(file));
        List<CgroupSetting> settings = [];
        foreach (string source in CgroupTranslation.SourcesOf(file, version))
        {
            if (TryGet(source) is { } value)
            {
                // v1 shows "no limit" as the largest number of pages in bytes.
                bool unlimited = version == 1 && long.TryParse(value, out long number) && number >= CgroupNumber.UnlimitedFrom;
                settings.Add(new CgroupSetting(source, unlimited ? "-1" : value, file));
            }
        }

        foreach (CgroupSetting translated in version == 1 ? CgroupTranslation.ToV2(settings) : CgroupTranslation.ToV1(settings))
        {
            if (translated.File == file)
            {
                return translated.Value;
            }
        }

        return null;
    }

    private string PathOf(string file)
    {
        if (!CgroupResolver.IsPlainFile(file))
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"'{file}' is not the name of a cgroup file")
            {
                Step = "cgroup",
                ConfigKey = file,
                Advice = "Name a controller and a file of it without a path, e.g. memory.stat.",
            };
        }

        string controller = ControllerOf(file);
        return DirectoryOf(controller) is { } directory ? $"{directory}/{file}" : throw new LxcException(LxcErrorId.CgroupControllerMissing,
            $"The container has no cgroup controller '{controller}', so there is no file '{file}'")
        {
            Step = "cgroup",
            ConfigKey = file,
            Advice = "See /proc/cgroups and cgroup.controllers for the controllers of this host.",
        };
    }

    private static string ControllerOf(string file) => file.IndexOf('.') is > 0 and int dot ? file[..dot] : file;

    // The monitor is asked by the name that its hierarchy has.
    private static string NameFor(CgroupHierarchy hierarchy, string controller) =>
        hierarchy.Version == 2 ? string.Empty : CgroupLayout.NameIn(1, controller);
}
