using System.Globalization;
using LxcPS.Engine.Configuration;

namespace LxcPS.Engine.Cgroups;

/// <content>To and from configuration keys.</content>
public sealed partial class CgroupLimits
{
    /// <summary>The limits as configuration keys and values for the version in which this host has each controller.</summary>
    /// <param name="layout">The host's hierarchies.</param>
    /// <exception cref="LxcException">ConfigInvalidValue: see <see cref="Validate"/>. CgroupControllerMissing: this host cannot set the limit.</exception>
    public IReadOnlyList<(string Key, string Value)> ToSettings(CgroupLayout layout)
    {
        Validate();
        List<CgroupSetting> wanted = [];
        Add(wanted, "memory.max", Memory);

        // Swap alone is v2's number; where memory is unlimited, so is the sum.
        Add(wanted, "memory.swap.max", MemorySwap is >= 0 && Memory is >= 0 ? MemorySwap - Memory : MemorySwap);
        Add(wanted, "memory.high", MemoryHigh);
        Add(wanted, "memory.low", MemoryLow is null ? null : Math.Max(MemoryLow.Value, 0));
        Add(wanted, "memory.swappiness", Swappiness);
        if (Cpu is { } cpus)
        {
            wanted.Add(Setting("cpu.max", cpus < 0 ? $"max {CpuPeriod}" : $"{(long)Math.Round(cpus * CpuPeriod)} {CpuPeriod}"));
        }

        Add(wanted, "cpu.weight", CpuWeight);
        Add(wanted, "pids.max", Pids);
        Add(wanted, "io.weight", IoWeight);
        if (CpuSet is not null)
        {
            wanted.Add(Setting("cpuset.cpus", CpuSet));
        }

        if (MemorySet is not null)
        {
            wanted.Add(Setting("cpuset.mems", MemorySet));
        }

        List<(string Key, string Value)> settings = [];
        List<CgroupSetting> forV1 = [];
        foreach (CgroupSetting setting in wanted)
        {
            if (HomeOf(layout, setting) == 2)
            {
                settings.Add((CgroupSetting.KeyOf(2, setting.File), setting.Value));
            }
            else
            {
                forV1.Add(setting);
            }
        }

        int swappiness = forV1.FindIndex(setting => setting.File == "memory.swappiness");
        if (swappiness >= 0)
        {
            settings.Add((CgroupSetting.KeyOf(1, "memory.swappiness"), forV1[swappiness].Value));
            forV1.RemoveAt(swappiness);
        }

        foreach (CgroupSetting setting in CgroupTranslation.ToV1(forV1))
        {
            settings.Add((CgroupSetting.KeyOf(1, setting.File), setting.Value));
        }

        return settings;
    }

    /// <summary>
    /// Reads the limits of a configuration back into numbers, from keys of either version; of a limit that is set several times the last one
    /// counts, and one for the version that the host has before one for the other, as at a start. What is not limited, or lifted, is null.
    /// </summary>
    public static CgroupLimits FromConfig(IEnumerable<ConfigEntry> entries, CgroupLayout layout)
    {
        List<(string Key, string Value)> settings = [];
        foreach (ConfigEntry entry in entries)
        {
            settings.Add((entry.Key, entry.Value));
        }

        return FromSettings(settings, layout);
    }

    /// <summary>The same from keys and values.</summary>
    public static CgroupLimits FromSettings(IEnumerable<(string Key, string Value)> settings, CgroupLayout layout)
    {
        List<CgroupSetting> v1 = [];
        List<CgroupSetting> all = [];
        string? swappiness = null;
        foreach ((string key, string value) in settings)
        {
            if (CgroupSetting.TryParseKey(key, out int version, out string file))
            {
                swappiness = file == "memory.swappiness" ? value : swappiness;
                (version == 1 ? v1 : all).Add(new CgroupSetting(file, value, key));
            }
        }

        all.AddRange(CgroupTranslation.ToV2(v1));
        CgroupLimits limits = new();
        long? swap = null;
        foreach (CgroupSetting setting in all.OrderBy(setting => IsForHost(setting, layout)))
        {
            swap = setting.File == "memory.swap.max" ? Size(setting.Value) : swap;
            limits.Take(setting.File, setting.Value.Trim());
        }

        limits.MemorySwap = limits.Memory is { } memory && swap is { } alone ? memory + alone : null;
        limits.Swappiness = int.TryParse(swappiness, NumberStyles.None, null, out int number) ? number : null;
        return limits;
    }

    private static bool IsForHost(CgroupSetting setting, CgroupLayout layout) =>
        CgroupSetting.TryParseKey(setting.ConfigKey, out int version, out _) && layout.Find(setting.Controller)?.Version == version;

    private void Take(string file, string value)
    {
        switch (file)
        {
            case "memory.max": Memory = Size(value); break;
            case "memory.high": MemoryHigh = Size(value); break;
            case "memory.low": MemoryLow = Size(value) is > 0 and var low ? low : null; break;
            case "cpu.max": Cpu = CpusOf(value); break;
            case "cpu.weight": CpuWeight = (int?)Count(value); break;
            case "pids.max": Pids = Count(value); break;
            case "io.weight": IoWeight = (int?)Count(value.StartsWith("default ", StringComparison.Ordinal) ? value["default ".Length..] : value); break;
            case "cpuset.cpus": CpuSet = value.Length > 0 ? value : null; break;
            case "cpuset.mems": MemorySet = value.Length > 0 ? value : null; break;
        }
    }

    private static int HomeOf(CgroupLayout layout, CgroupSetting setting)
    {
        CgroupHierarchy? home = layout.Find(setting.Controller);
        bool isMissing = home is null || (setting.File == "memory.high" && home.Version == 1) || (setting.File == "memory.swappiness" && home.Version == 2);
        return !isMissing ? home!.Version : throw new LxcException(LxcErrorId.CgroupControllerMissing, home is null
            ? $"This host does not have the cgroup controller '{setting.Controller}' that the limit {setting.File} = {setting.Value} needs"
            : $"This host has the memory controller of cgroup v{home.Version}, which does not know the limit {setting.File} = {setting.Value}")
        {
            Step = "cgroup",
            Advice = home is null ? "Enable the controller at boot (cgroup_enable=), or leave the limit out." : "Leave the limit out; Memory works in both versions.",
        };
    }

    private static CgroupSetting Setting(string file, string value) => new(file, value, CgroupSetting.KeyOf(2, file));

    private static void Add(List<CgroupSetting> settings, string file, long? value)
    {
        if (value is { } number)
        {
            settings.Add(Setting(file, number < 0 ? "max" : number.ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static long? Size(string value) => CgroupNumber.TrySize(value, out long size) && size >= 0 ? size : null;

    private static long? Count(string value) => CgroupNumber.TryCount(value, out long count) && count >= 0 ? count : null;

    private static double? CpusOf(string value)
    {
        string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long period = CpuPeriod;
        return words.Length is 1 or 2 && Count(words[0]) is { } quota && (words.Length == 1 || (Count(words[1]) ?? 0) is > 0 and var given && (period = given) > 0)
            ? (double)quota / period
            : null;
    }
}
