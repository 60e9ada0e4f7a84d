namespace LxcPS.Engine.Cgroups;

/// <summary>
/// Settings of one version of cgroups in the words of the other, for a host whose controller is in the other version. Some files carry two
/// numbers in one version and one in the other, so settings are translated together. See the kernel's cgroup-v2.rst and cgroup-v1/.
/// </summary>
public static partial class CgroupTranslation
{
    private const string DefaultPeriod = "100000";

    /// <summary>Files that carry the same value under a name of each version.</summary>
    private static readonly (string V1, string V2)[] Renamed =
    [
        ("memory.limit_in_bytes", "memory.max"),
        ("cpuset.cpus", "cpuset.cpus"),
        ("cpuset.mems", "cpuset.mems"),
        ("pids.max", "pids.max"),
        ("rdma.max", "rdma.max"),
        ("misc.max", "misc.max"),
        ("devices.allow", "devices.allow"),
        ("devices.deny", "devices.deny"),
    ];

    /// <summary>
    /// v1 settings as v2 settings. What has no counterpart, and what cannot be read as a value of its file, is left out and added to
    /// <paramref name="untranslatable"/>.
    /// </summary>
    public static IReadOnlyList<CgroupSetting> ToV2(IReadOnlyList<CgroupSetting> settings, ICollection<CgroupSetting>? untranslatable = null)
    {
        List<CgroupSetting> result = [];
        for (int i = 0; i < settings.Count; i++)
        {
            if (IsRepeatedBandwidth(settings, i))
            {
                continue;
            }

            (string? file, string? value) = ToV2(settings, settings[i].File, settings[i].Value.Trim());
            Add(result, untranslatable, settings[i], file, value);
        }

        return result;
    }

    /// <summary>The files of a version that together say what a file of the other version says; empty where none do.</summary>
    internal static IReadOnlyList<string> SourcesOf(string file, int version) => (version, file) switch
    {
        (1, "cpu.max") => ["cpu.cfs_quota_us", "cpu.cfs_period_us"],
        (1, "cpu.weight") => ["cpu.shares"],
        (1, "memory.swap.max") => ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"],
        (1, "memory.low") => ["memory.soft_limit_in_bytes"],
        (2, "cpu.cfs_quota_us" or "cpu.cfs_period_us") => ["cpu.max"],
        (2, "cpu.shares") => ["cpu.weight"],
        (2, "memory.memsw.limit_in_bytes") => ["memory.max", "memory.swap.max"],
        (2, "memory.soft_limit_in_bytes") => ["memory.low"],
        _ => Counterpart(file, version) is { } counterpart && counterpart != file ? [counterpart] : [],
    };

    private static (string? File, string? Value) ToV2(IReadOnlyList<CgroupSetting> settings, string file, string value)
    {
        switch (file)
        {
            case "memory.memsw.limit_in_bytes":
                // v1 limits memory and swap together, v2 swap alone.
                long memory = LastSize(settings, "memory.limit_in_bytes");
                return ("memory.swap.max", !CgroupNumber.TrySize(value, out long both) ? null
                    : both < 0 ? "max"
                    : memory < 0 || memory > both ? null
                    : (both - memory).ToString());
            case "memory.soft_limit_in_bytes":
                // Both name what is left to the container under pressure; v1's default is no soft limit, v2's no protection.
                return ("memory.low", CgroupNumber.TrySize(value, out long soft) ? Math.Max(soft, 0).ToString() : null);
            case "cpu.cfs_quota_us" or "cpu.cfs_period_us":
                string? quota = Last(settings, "cpu.cfs_quota_us");
                return ("cpu.max", $"{(quota is null or "-1" ? "max" : quota)} {Last(settings, "cpu.cfs_period_us") ?? DefaultPeriod}");
            case "cpu.shares":
                return ("cpu.weight", Converted(value, CgroupWeights.SharesToWeight));
            case "blkio.weight":
                return ("io.weight", Converted(value, CgroupWeights.BlkioToWeight));
            case "blkio.bfq.weight":
                return ("io.weight", Converted(value, CgroupWeights.BfqToWeight));
            case "blkio.throttle.read_bps_device":
                return ("io.max", Throttle(value, "rbps"));
            case "blkio.throttle.write_bps_device":
                return ("io.max", Throttle(value, "wbps"));
            case "blkio.throttle.read_iops_device":
                return ("io.max", Throttle(value, "riops"));
            case "blkio.throttle.write_iops_device":
                return ("io.max", Throttle(value, "wiops"));
            case "freezer.state":
                return ("cgroup.freeze", value switch { "FROZEN" => "1", "THAWED" => "0", _ => null });
            default:
                return (Counterpart(file, 2), value == "-1" ? "max" : value);
        }
    }

    /// <summary>v2 settings as v1 settings; see <see cref="ToV2(IReadOnlyList{CgroupSetting}, ICollection{CgroupSetting})"/>.</summary>
    public static IReadOnlyList<CgroupSetting> ToV1(IReadOnlyList<CgroupSetting> settings, ICollection<CgroupSetting>? untranslatable = null)
    {
        List<CgroupSetting> result = [];
        foreach (CgroupSetting setting in settings)
        {
            string value = setting.Value.Trim();
            if (setting.File is "cpu.max" or "io.max")
            {
                IReadOnlyList<(string File, string Value)>? parts = setting.File == "cpu.max" ? Bandwidth(value) : Throttles(value);
                foreach ((string part, string number) in parts ?? [])
                {
                    result.Add(setting with { File = part, Value = number });
                }

                if (parts is null)
                {
                    untranslatable?.Add(setting);
                }

                continue;
            }

            (string? file, string? translated) = ToV1(settings, setting.File, value);
            Add(result, untranslatable, setting, file, translated);
        }

        return result;
    }

    private static (string? File, string? Value) ToV1(IReadOnlyList<CgroupSetting> settings, string file, string value)
    {
        switch (file)
        {
            case "memory.swap.max":
                long memory = LastSize(settings, "memory.max");
                return ("memory.memsw.limit_in_bytes", !CgroupNumber.TrySize(value, out long swap) ? null
                    : swap < 0 ? "-1"
                    : memory < 0 || memory > long.MaxValue - swap ? null
                    : (memory + swap).ToString());
            case "memory.low":
                return ("memory.soft_limit_in_bytes", CgroupNumber.TrySize(value, out long low) ? (low > 0 ? low : -1).ToString() : null);
            case "cpu.weight":
                return ("cpu.shares", Converted(value, CgroupWeights.WeightToShares));
            case "io.weight":
                return ("blkio.bfq.weight", Converted(WithoutDefault(value), CgroupWeights.WeightToBfq));
            case "io.bfq.weight":
                return ("blkio.bfq.weight", Converted(WithoutDefault(value), weight => weight));
            case "cgroup.freeze":
                return ("freezer.state", value switch { "1" => "FROZEN", "0" => "THAWED", _ => null });
            default:
                // pids.max says max in both versions; sizes do not.
                string? counterpart = Counterpart(file, 1);
                bool isSize = counterpart is not null && counterpart.EndsWith("limit_in_bytes", StringComparison.Ordinal);
                return (counterpart, value == "max" && isSize ? "-1" : value);
        }
    }
}
