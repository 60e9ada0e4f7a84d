using System.Text;

namespace LxcPS.Engine.Cgroups;

/// <summary>A line of mountinfo that mounts a cgroup hierarchy.</summary>
internal sealed class CgroupMount
{
    private readonly string[] options;

    private CgroupMount(int version, string root, string mountPoint, string[] options)
    {
        Version = version;
        Root = root;
        MountPoint = mountPoint;
        this.options = options;
    }

    /// <summary>1 or 2.</summary>
    internal int Version { get; }

    /// <summary>The cgroup that the mount shows, relative to the root of the caller's cgroup namespace.</summary>
    internal string Root { get; }

    /// <summary>Where it is mounted.</summary>
    internal string MountPoint { get; }

    /// <summary>The cgroup mounts of a mountinfo text that a path can reach: what a later mount covers is left out.</summary>
    internal static List<CgroupMount> ParseAll(string mountInfo)
    {
        List<(string Id, string Parent, string MountPoint, CgroupMount? Mount)> all = [];
        foreach (string line in mountInfo.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // 41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw: the optional fields end at the dash.
            string[] fields = line.Split(' ');
            int dash = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
            if (dash < 0 || fields.Length < dash + 4)
            {
                continue;
            }

            int version = fields[dash + 1] switch { "cgroup" => 1, "cgroup2" => 2, _ => 0 };
            string mountPoint = Unescape(fields[4]);
            all.Add((fields[0], fields[1], mountPoint,
                version == 0 ? null : new CgroupMount(version, Unescape(fields[3]), mountPoint, fields[dash + 3].Split(','))));
        }

        List<CgroupMount> visible = [];
        for (int i = 0; i < all.Count; i++)
        {
            bool covered = false;
            for (int later = i + 1; later < all.Count && all[i].Mount is not null && !covered; later++)
            {
                covered = IsAtOrAbove(all[later].MountPoint, all[i].MountPoint) && !IsParent(all, later, i);
            }

            if (all[i].Mount is { } mount && !covered)
            {
                visible.Add(mount);
            }
        }

        return visible;
    }

    /// <summary>
    /// The mount to work through for a line of /proc/self/cgroup (no controllers: v2): one that shows the caller's cgroup, of those the one
    /// that shows most of the tree, of those the first.
    /// </summary>
    internal static CgroupMount? Choose(List<CgroupMount> mounts, string[] controllers, string ownPath)
    {
        CgroupMount? best = null;
        int bestRank = int.MaxValue;
        foreach (CgroupMount mount in mounts)
        {
            if (!mount.Serves(controllers))
            {
                continue;
            }

            bool showsOwn = new CgroupHierarchy(mount.Version, controllers, mount.MountPoint, mount.Root, ownPath, null).TryPathOf(ownPath, out _);
            int rank = mount.Root.Split('/', StringSplitOptions.RemoveEmptyEntries).Length + (showsOwn ? 0 : 1 << 16);
            if (rank < bestRank)
            {
                (best, bestRank) = (mount, rank);
            }
        }

        return best;
    }

    /// <summary>Replaces the octal escapes that mountinfo writes for blanks, tabs, line ends and backslashes.</summary>
    internal static string Unescape(string text)
    {
        if (!text.Contains('\\'))
        {
            return text;
        }

        StringBuilder plain = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length && IsOctal(text[i + 1]) && IsOctal(text[i + 2]) && IsOctal(text[i + 3]))
            {
                plain.Append((char)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString();
    }

    private bool Serves(string[] controllers)
    {
        if (Version != (controllers.Length == 0 ? 2 : 1))
        {
            return false;
        }

        // The options also hold rw, xattr, release_agent and such; the order of controllers is not that of /proc/self/cgroup everywhere.
        foreach (string controller in controllers)
        {
            if (Array.IndexOf(options, controller) < 0)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsOctal(char digit) => digit is >= '0' and <= '7';

    private static bool IsAtOrAbove(string upper, string path) =>
        upper == "/" || path == upper || (path.StartsWith(upper, StringComparison.Ordinal) && path[upper.Length] == '/');

    // A mount that another stands on does not cover it, wherever the list has it (the root of a container comes late).
    private static bool IsParent(List<(string Id, string Parent, string MountPoint, CgroupMount? Mount)> all, int candidate, int index)
    {
        string parent = all[index].Parent;
        for (int hops = 0; hops < all.Count; hops++)
        {
            if (parent == all[candidate].Id)
            {
                return true;
            }

            int next = 0;
            while (next < all.Count && all[next].Id != parent)
            {
                next++;
            }

            if (next == all.Count || all[next].Parent == parent)
            {
                return false;
            }

            parent = all[next].Parent;
        }

        return false;
    }
}
