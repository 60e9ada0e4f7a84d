using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>Which cgroup hierarchies this host has and where: v1, v2 or both (hybrid). See cgroups(7) and proc_pid_mountinfo(5).</summary>
public sealed class CgroupLayout
{
    private CgroupLayout(List<CgroupHierarchy> hierarchies)
    {
        Hierarchies = hierarchies;
        foreach (CgroupHierarchy hierarchy in hierarchies)
        {
            Unified ??= hierarchy.Version == 2 ? hierarchy : null;
        }
    }

    /// <summary>All hierarchies that are mounted, in the order of /proc/self/cgroup.</summary>
    public IReadOnlyList<CgroupHierarchy> Hierarchies { get; }

    /// <summary>Whether there is the unified hierarchy alone.</summary>
    public bool IsUnified => Unified is not null && Hierarchies.Count == 1;

    /// <summary>The unified (v2) hierarchy, or null.</summary>
    public CgroupHierarchy? Unified { get; }

    /// <summary>Reads the layout as the calling process sees it.</summary>
    /// <exception cref="LinuxException">/proc is not mounted.</exception>
    public static CgroupLayout Read() => Parse(
        Descriptors.ReadText("/proc/self/mountinfo"),
        Descriptors.ReadText("/proc/self/cgroup"),
        Descriptors.TryReadText("/proc/1/cgroup"),
        Descriptors.TryReadText,
        Processes.EffectiveUserId != 0);

    /// <summary>Reads the layout from the texts of the proc files.</summary>
    /// <param name="mountInfo">/proc/self/mountinfo.</param>
    /// <param name="ownCgroups">/proc/self/cgroup.</param>
    /// <param name="initCgroups">/proc/1/cgroup, or null.</param>
    /// <param name="read">Reads a file of the unified hierarchy, null where there is none: for cgroup.controllers.</param>
    /// <param name="relative">Whether the containers' base is the caller's own cgroup: that one says what the unified hierarchy offers.</param>
    public static CgroupLayout Parse(string mountInfo, string ownCgroups, string? initCgroups, Func<string, string?> read, bool relative = false)
    {
        List<CgroupMount> mounts = CgroupMount.ParseAll(mountInfo);
        List<CgroupHierarchy> hierarchies = [];
        foreach (string line in ownCgroups.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(':', 3);
            if (fields.Length < 3)
            {
                continue;
            }

            string ownPath = WithoutMark(fields[2]);
            string[] controllers = fields[1].Split(',', StringSplitOptions.RemoveEmptyEntries);
            CgroupMount? mount = CgroupMount.Choose(mounts, controllers, ownPath);
            if (mount is null)
            {
                continue;
            }

            string? initPath = PathIn(initCgroups, fields[1]);
            if (controllers.Length > 0)
            {
                hierarchies.Add(new CgroupHierarchy(1, controllers, mount.MountPoint, mount.Root, ownPath, initPath));
                continue;
            }

            CgroupHierarchy bare = new(2, [], mount.MountPoint, mount.Root, ownPath, initPath);
            string directory = bare.BaseOf(relative) is { } start ? bare.PathOf(start) : bare.MountPoint;
            string offered = read(directory + "/cgroup.controllers") ?? string.Empty;
            hierarchies.Add(new CgroupHierarchy(2, offered.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries),
                mount.MountPoint, mount.Root, ownPath, initPath));
        }

        return new CgroupLayout(hierarchies);
    }

    /// <summary>
    /// The hierarchy that has a controller: the v1 one with it, otherwise the unified one if it offers it. <c>blkio</c> and <c>io</c> are one
    /// controller under two names, <c>cpuacct</c> is part of v2's <c>cpu</c>, and every v2 cgroup can freeze. Null where there is none.
    /// </summary>
    public CgroupHierarchy? Find(string controller)
    {
        string legacyName = NameIn(1, controller);
        foreach (CgroupHierarchy hierarchy in Hierarchies)
        {
            if (hierarchy.Version == 1 && hierarchy.Has(legacyName))
            {
                return hierarchy;
            }
        }

        return Unified is not null && (controller is "cgroup" or "freezer" || Unified.Has(NameIn(2, controller))) ? Unified : null;
    }

    /// <summary>
    /// The hierarchies that a container gets cgroups in by <c>lxc.cgroup.use</c>: of v1, as with LXC, those all of whose controllers are named; v2 always.
    /// </summary>
    /// <param name="use">Names of controllers; null for all that there are.</param>
    /// <exception cref="LxcException">ConfigUnsupported: this host has no such controller.</exception>
    internal CgroupLayout Limited(IReadOnlyList<string>? use)
    {
        if (use is null)
        {
            return this;
        }

        foreach (string controller in use)
        {
            if (!Hierarchies.Any(hierarchy => hierarchy.Has(controller)))
            {
                throw new LxcException(LxcErrorId.ConfigUnsupported, $"This host has no control groups of '{DisplayText.Of(controller)}', which lxc.cgroup.use names")
                {
                    Step = "cgroup",
                    ConfigKey = "lxc.cgroup.use",
                    Advice = "Correct lxc.cgroup.use in lxc.conf, see Get-LxcConfig -System, or mount the hierarchy.",
                };
            }
        }

        return new CgroupLayout([.. Hierarchies.Where(hierarchy => hierarchy.Version == 2 || hierarchy.Controllers.All(use.Contains))]);
    }

    /// <summary>The name of a controller in a version of cgroups.</summary>
    internal static string NameIn(int version, string controller) => (version, controller) switch
    {
        (1, "io") => "blkio",
        (2, "blkio") => "io",
        (2, "cpuacct") => "cpu",
        _ => controller,
    };

    private static string? PathIn(string? cgroups, string controllers)
    {
        foreach (string line in (cgroups ?? string.Empty).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(':', 3);
            if (fields.Length == 3 && fields[1] == controllers)
            {
                return WithoutMark(fields[2]);
            }
        }

        return null;
    }

    // A cgroup that was removed under a zombie is shown with this mark.
    private static string WithoutMark(string path) =>
        path.EndsWith(" (deleted)", StringComparison.Ordinal) ? path[..^" (deleted)".Length] : path;
}
