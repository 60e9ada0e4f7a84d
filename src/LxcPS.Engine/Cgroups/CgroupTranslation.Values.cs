namespace LxcPS.Engine.Cgroups;

/// <content>Single values.</content>
public static partial class CgroupTranslation
{
    private static string? Counterpart(string file, int version)
    {
        foreach ((string v1, string v2) in Renamed)
        {
            if (file == (version == 2 ? v1 : v2))
            {
                return version == 2 ? v2 : v1;
            }
        }

        // hugetlb.2MB.limit_in_bytes and hugetlb.2MB.max
        (string from, string to) = version == 2 ? (".limit_in_bytes", ".max") : (".max", ".limit_in_bytes");
        return file.StartsWith("hugetlb.", StringComparison.Ordinal) && file.EndsWith(from, StringComparison.Ordinal) ? file[..^from.Length] + to : null;
    }

    private static string? Converted(string value, Func<long, long> convert) =>
        CgroupNumber.TryCount(value, out long number) && number > 0 ? convert(number).ToString() : null;

    // io.weight takes "default 200" and "200" for the same; a weight of one device is not translated.
    private static string WithoutDefault(string value) =>
        value.StartsWith("default ", StringComparison.Ordinal) ? value["default ".Length..].Trim() : value;

    // 0 lifts a throttle in v1.
    private static string? Throttle(string value, string key)
    {
        string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 2 ? $"{words[0]} {key}={(words[1] == "0" ? "max" : words[1])}" : null;
    }

    private static List<(string File, string Value)>? Throttles(string value)
    {
        List<(string File, string Value)> throttles = [];
        string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (int i = 1; i < words.Length; i++)
        {
            string[] pair = words[i].Split('=');
            string? name = pair[0] switch { "rbps" => "read_bps", "wbps" => "write_bps", "riops" => "read_iops", "wiops" => "write_iops", _ => null };
            if (name is null || pair.Length != 2)
            {
                return null;
            }

            throttles.Add(($"blkio.throttle.{name}_device", $"{words[0]} {(pair[1] == "max" ? "0" : pair[1])}"));
        }

        return throttles.Count == 0 ? null : throttles;
    }

    private static List<(string File, string Value)>? Bandwidth(string value)
    {
        string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (1 or 2))
        {
            return null;
        }

        List<(string File, string Value)> files = [];
        if (words.Length == 2)
        {
            files.Add(("cpu.cfs_period_us", words[1]));
        }

        files.Add(("cpu.cfs_quota_us", words[0] == "max" ? "-1" : words[0]));
        return files;
    }

    // cpu.max is quota and period: the first of the two carries both.
    private static bool IsRepeatedBandwidth(IReadOnlyList<CgroupSetting> settings, int index)
    {
        if (settings[index].File is not ("cpu.cfs_quota_us" or "cpu.cfs_period_us"))
        {
            return false;
        }

        for (int i = 0; i < index; i++)
        {
            if (settings[i].File is "cpu.cfs_quota_us" or "cpu.cfs_period_us")
            {
                return true;
            }
        }

        return false;
    }

    private static void Add(List<CgroupSetting> result, ICollection<CgroupSetting>? untranslatable, CgroupSetting setting, string? file, string? value)
    {
        if (file is null || value is null)
        {
            untranslatable?.Add(setting);
        }
        else
        {
            result.Add(setting with { File = file, Value = value });
        }
    }

    private static string? Last(IReadOnlyList<CgroupSetting> settings, string file)
    {
        string? value = null;
        foreach (CgroupSetting setting in settings)
        {
            value = setting.File == file ? setting.Value.Trim() : value;
        }

        return value;
    }

    private static long LastSize(IReadOnlyList<CgroupSetting> settings, string file) =>
        Last(settings, file) is { } value && CgroupNumber.TrySize(value, out long size) ? size : CgroupNumber.Unlimited;
}
