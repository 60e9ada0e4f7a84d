using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>What a monitor that was killed left behind.</summary>
public static class CgroupLeftovers
{
    /// <summary>
    /// Kills what is in a cgroup and below it and removes it. Refused, with the answer false, are paths that are not below a cgroup mount,
    /// the root of a hierarchy, and a cgroup that the caller or init is in or below.
    /// </summary>
    /// <param name="directory">The directory as <see cref="ContainerCgroups.Directories"/> gave it.</param>
    /// <param name="removeBelow">See <see cref="CgroupTree.Remove"/>.</param>
    /// <returns>Whether it is gone.</returns>
    public static bool Clear(string directory, Action<string>? removeBelow = null)
    {
        if (!IsClearable(CgroupLayout.Read(), directory))
        {
            return false;
        }

        if (!FileTree.TryStatus(Descriptors.CurrentDirectory, directory, false, out FileStatus status))
        {
            return true;
        }

        return status.IsDirectory && CgroupTree.Remove(directory, removeBelow);
    }

    /// <summary>Removes a cgroup that a monitor was about to make when it was killed; one with anything in it is another's by now, and stays.</summary>
    public static void ClearEmpty(string directory)
    {
        if (IsClearable(CgroupLayout.Read(), directory))
        {
            CgroupTree.TryRemove(Descriptors.CurrentDirectory, directory);
        }
    }

    /// <summary>Whether a path names a cgroup that may be cleared.</summary>
    internal static bool IsClearable(CgroupLayout layout, string directory)
    {
        if (!directory.StartsWith('/') || directory.Contains('\0'))
        {
            return false;
        }

        foreach (string part in directory[1..].Split('/'))
        {
            if (part is "" or "." or "..")
            {
                return false;
            }
        }

        // The longest mount point decides: /sys/fs/cgroup/unified/a is below the v2 mount, whatever is mounted on /sys/fs/cgroup.
        CgroupHierarchy? home = null;
        foreach (CgroupHierarchy hierarchy in layout.Hierarchies)
        {
            if (IsAtOrBelow(hierarchy.MountPoint, directory))
            {
                return false;
            }

            if (IsAtOrBelow(directory, hierarchy.MountPoint) && hierarchy.MountPoint.Length > (home?.MountPoint.Length ?? 0))
            {
                home = hierarchy;
            }
        }

        return home is not null && !Holds(home, directory, home.OwnPath) && !Holds(home, directory, home.InitPath);
    }

    private static bool Holds(CgroupHierarchy hierarchy, string directory, string? cgroup) =>
        cgroup is not null && hierarchy.TryPathOf(cgroup, out string other) && IsAtOrBelow(other, directory);

    private static bool IsAtOrBelow(string path, string upper) =>
        path == upper || path.StartsWith(upper + "/", StringComparison.Ordinal);
}
