namespace LxcPS.Engine.Mounts;

/// <summary>How much of an automatic mount the container may write.</summary>
public enum AutoMountMode
{
    /// <summary>Not mounted.</summary>
    None,

    /// <summary>Read-only.</summary>
    ReadOnly,

    /// <summary>Writable where it concerns the container alone, read-only where it concerns the host.</summary>
    Mixed,

    /// <summary>Writable.</summary>
    ReadWrite,
}

/// <summary>What <c>lxc.mount.auto</c> asks for.</summary>
public sealed class AutoMounts
{
    /// <summary>The mount of /proc.</summary>
    public AutoMountMode Proc { get; private set; }

    /// <summary>The mount of /sys.</summary>
    public AutoMountMode Sys { get; private set; }

    /// <summary>The mount of /sys/fs/cgroup.</summary>
    public AutoMountMode Cgroup { get; private set; }

    /// <summary>Whether only the hierarchy of cgroup v2 is mounted there.</summary>
    public bool UnifiedOnly { get; private set; }

    /// <summary>A directory of the host whose later mounts appear in the container, or null.</summary>
    public MountEntry? Shared { get; private set; }

    /// <summary>Whether cgroups are mounted even where the container could do so itself.</summary>
    public bool ForceCgroup { get; private set; }

    /// <summary>Reads the words of all <c>lxc.mount.auto</c> lines.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue or ConfigUnsupported.</exception>
    public static AutoMounts Parse(ReadOnlySpan<string> values)
    {
        AutoMounts mounts = new();
        foreach (string value in values)
        {
            foreach (string word in value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            {
                mounts.Take(word);
            }
        }

        return mounts;
    }

    private void Take(string word)
    {
        switch (word)
        {
            case "proc" or "proc:mixed": Proc = AutoMountMode.Mixed; break;
            case "proc:rw": Proc = AutoMountMode.ReadWrite; break;
            case "sys" or "sys:mixed": Sys = AutoMountMode.Mixed; break;
            case "sys:ro": Sys = AutoMountMode.ReadOnly; break;
            case "sys:rw": Sys = AutoMountMode.ReadWrite; break;
            case "cgroup" or "cgroup:mixed" or "cgroup-full" or "cgroup-full:mixed": Cgroup = AutoMountMode.Mixed; break;
            case "cgroup:ro" or "cgroup-full:ro": Cgroup = AutoMountMode.ReadOnly; break;
            case "cgroup:rw" or "cgroup-full:rw": Cgroup = AutoMountMode.ReadWrite; break;
            case "cgroup:force" or "cgroup:mixed:force" or "cgroup-full:force" or "cgroup-full:mixed:force":
                (Cgroup, ForceCgroup) = (AutoMountMode.Mixed, true); break;
            case "cgroup:ro:force" or "cgroup-full:ro:force": (Cgroup, ForceCgroup) = (AutoMountMode.ReadOnly, true); break;
            case "cgroup:rw:force" or "cgroup-full:rw:force": (Cgroup, ForceCgroup) = (AutoMountMode.ReadWrite, true); break;
            case "cgroup2": (Cgroup, UnifiedOnly) = (AutoMountMode.ReadWrite, true); break;
            case "cgroup2:force": (Cgroup, UnifiedOnly, ForceCgroup) = (AutoMountMode.ReadWrite, true, true); break;
            case "cgroup2:ro": (Cgroup, UnifiedOnly) = (AutoMountMode.ReadOnly, true); break;
            case "cgroup2:ro:force": (Cgroup, UnifiedOnly, ForceCgroup) = (AutoMountMode.ReadOnly, true, true); break;
            default:
                Shared = word.StartsWith("shmounts:/", StringComparison.Ordinal) ? SharedOf(word["shmounts:".Length..])
                    : throw new LxcException(LxcErrorId.ConfigInvalidValue, $"There is no automatic mount '{word}'")
                    {
                        ConfigKey = "lxc.mount.auto",
                        Advice = "Use proc, sys and cgroup, each with :mixed, :ro or :rw; or shmounts: and a directory of the host.",
                    };
                break;
        }
    }

    // Without a second path the mounts appear where LXC looks for them. What the container mounts there stays its own.
    private static MountEntry SharedOf(string paths)
    {
        int colon = paths.IndexOf(':');
        string host = colon < 0 ? paths : paths[..colon];
        string inside = colon < 0 ? "/dev/.lxc-mounts" : paths[(colon + 1)..];
        return MountEntry.Parse($"{host} {inside} none rbind,rslave,create=dir 0 0");
    }
}
