using LxcPS.Native;

namespace LxcPS.Engine.Store;

/// <summary>
/// The settings of lxc.system.conf(5): of /etc/lxc/lxc.conf for root, of ~/.config/lxc/lxc.conf for others. LXC has no others: of its own variables
/// of the environment none is a setting.
/// </summary>
public sealed class SystemSettings
{
    /// <summary>Where containers are.</summary>
    public const string LxcPath = "lxc.lxcpath";

    /// <summary>The configuration that new containers take from.</summary>
    public const string DefaultConfig = "lxc.default_config";

    /// <summary>The group of volumes that new ones are made in.</summary>
    public const string LvmGroup = "lxc.bdev.lvm.vg";

    /// <summary>The thin pool of that group that they are made in, where it has it.</summary>
    public const string LvmThinPool = "lxc.bdev.lvm.thin_pool";

    /// <summary>The pool or the dataset of ZFS that new ones are made in.</summary>
    public const string ZfsRoot = "lxc.bdev.zfs.root";

    /// <summary>The controllers that containers get control groups of; all where it is not set.</summary>
    public const string CgroupUse = "lxc.cgroup.use";

    /// <summary>The control group that a container's are made in, with %n for its name.</summary>
    public const string CgroupPattern = "lxc.cgroup.pattern";

    private SystemSettings(IReadOnlyList<SystemSetting> all) => All = all;

    /// <summary>All keys, in the order of <c>lxc-config -l</c>.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        [DefaultConfig, LxcPath, LvmGroup, LvmThinPool, ZfsRoot, CgroupUse, CgroupPattern];

    /// <summary>All settings, in the order of <see cref="Keys"/>.</summary>
    public IReadOnlyList<SystemSetting> All { get; }

    /// <summary>Reads the caller's settings. A file that is missing or not for the caller is passed over, as LXC does.</summary>
    public static SystemSettings Read() => Read(Processes.EffectiveUserId == 0, "/etc/lxc", Environment.GetEnvironmentVariable("HOME"),
        Environment.GetEnvironmentVariable("XDG_DATA_HOME"));

    /// <summary>The value of a key of <see cref="Keys"/>; null where it has none.</summary>
    public string? Get(string key) => All.First(setting => setting.Key == key).Value is { Length: > 0 } value ? value : null;

    /// <summary>Whether a file says what a key is, and not the default.</summary>
    public bool IsSet(string key) => Get(key) is not null && All.First(setting => setting.Key == key).File is not null;

    /// <summary>Reads settings, from what decides them.</summary>
    internal static SystemSettings Read(bool isRoot, string systemDirectory, string? home, string? dataHome)
    {
        string userHome = string.IsNullOrEmpty(home) ? "/" : home.TrimEnd('/');
        string directory = isRoot ? systemDirectory : userHome + "/.config/lxc";
        string file = directory + "/lxc.conf";
        string[] lines = Descriptors.TryReadText(file)?.Split('\n') ?? [];
        return new SystemSettings([.. Keys.Select(key => Find(key, lines, file) ?? new SystemSetting(key, DefaultOf(key), null, 0))]);

        string? DefaultOf(string key) => key switch
        {
            DefaultConfig => directory + "/default.conf",
            LxcPath => isRoot ? "/var/lib/lxc" : string.IsNullOrEmpty(dataHome) ? userHome + "/.local/share/lxc" : dataHome.TrimEnd('/') + "/lxc",
            CgroupUse or CgroupPattern => null,
            _ => "lxc",
        };
    }

    // The first line of a key counts.
    private static SystemSetting? Find(string key, string[] lines, string file)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            int equals = lines[i].IndexOf('=');
            if (equals > 0 && lines[i].AsSpan(0, equals).Trim(" \t").SequenceEqual(key))
            {
                string value = lines[i][(equals + 1)..].Trim();
                if (key != LxcPath || value.Length > 0)
                {
                    return new SystemSetting(key, key == LxcPath && value.Length > 1 ? value.TrimEnd('/') : value, file, i + 1);
                }
            }
        }

        return null;
    }
}
