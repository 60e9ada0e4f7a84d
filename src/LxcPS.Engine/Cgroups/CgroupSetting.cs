namespace LxcPS.Engine.Cgroups;

/// <summary>A value for a file of a cgroup.</summary>
/// <param name="File">The file's name, e.g. <c>memory.max</c>.</param>
/// <param name="Value">What is written.</param>
/// <param name="ConfigKey">The configuration key that asks for it, for messages.</param>
public readonly record struct CgroupSetting(string File, string Value, string ConfigKey)
{
    /// <summary>The prefix of configuration keys for v1.</summary>
    public const string Prefix1 = "lxc.cgroup.";

    /// <summary>The prefix of configuration keys for v2.</summary>
    public const string Prefix2 = "lxc.cgroup2.";

    /// <summary>The controller: the file's name up to its first dot.</summary>
    public string Controller => File.IndexOf('.') is > 0 and int dot ? File[..dot] : File;

    /// <summary>The key of the file in a configuration for a version of cgroups.</summary>
    public static string KeyOf(int version, string file) => (version == 2 ? Prefix2 : Prefix1) + file;

    /// <summary>Takes a configuration key apart; false where it names no cgroup file.</summary>
    public static bool TryParseKey(string key, out int version, out string file)
    {
        version = key.StartsWith(Prefix2, StringComparison.Ordinal) ? 2 : key.StartsWith(Prefix1, StringComparison.Ordinal) ? 1 : 0;
        file = version == 0 ? string.Empty : key[(version == 2 ? Prefix2 : Prefix1).Length..];
        return version != 0 && file.Length > 0 && !IsPlacement(version, file);
    }

    // lxc.cgroup.dir* and lxc.cgroup.relative say where the cgroups are; the kernel has no controller of these names.
    private static bool IsPlacement(int version, string file) =>
        version == 1 && (file is "relative" or "dir" || file.StartsWith("dir.", StringComparison.Ordinal));
}
