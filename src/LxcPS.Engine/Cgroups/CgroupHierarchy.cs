using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>One mounted tree of control groups: a v1 hierarchy with its controllers, or the unified (v2) one. See cgroups(7).</summary>
public sealed class CgroupHierarchy
{
    private readonly string mountRoot;

    internal CgroupHierarchy(int version, IReadOnlyList<string> controllers, string mountPoint, string mountRoot, string ownPath, string? initPath)
    {
        Version = version;
        Controllers = controllers;
        MountPoint = mountPoint;
        this.mountRoot = mountRoot;
        OwnPath = ownPath;
        InitPath = initPath;
    }

    /// <summary>1 or 2.</summary>
    public int Version { get; }

    /// <summary>
    /// The controllers by their kernel names; a named v1 hierarchy has <c>name=NAME</c>. For v2 those that containers can be given
    /// (cgroup.controllers of their base); a hybrid host often has none there.
    /// </summary>
    public IReadOnlyList<string> Controllers { get; }

    /// <summary>The directory that the tree is mounted on.</summary>
    public string MountPoint { get; }

    /// <summary>The caller's cgroup as /proc/self/cgroup shows it.</summary>
    public string OwnPath { get; }

    /// <summary>The cgroup of process 1 of the caller's PID namespace as /proc/1/cgroup shows it, or null where that cannot be read.</summary>
    public string? InitPath { get; }

    /// <summary>Whether the tree has the controller.</summary>
    public bool Has(string controller)
    {
        foreach (string own in Controllers)
        {
            if (own == controller)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The directory of a cgroup that is given as in /proc/PID/cgroup.</summary>
    /// <exception cref="LxcException">CgroupFailed: the cgroup lies outside of what is mounted here.</exception>
    public string PathOf(string cgroup) => TryPathOf(cgroup, out string directory)
        ? directory
        : throw new LxcException(LxcErrorId.CgroupFailed,
            $"The cgroup '{cgroup}' is not below what is mounted on '{MountPoint}', which is the cgroup '{mountRoot}'")
        {
            Step = "cgroup",
            Path = MountPoint,
            Advice = "Mount the hierarchy again inside this cgroup namespace, or start LxcPS outside of it.",
        };

    /// <summary>The directory of a cgroup that is given as in /proc/PID/cgroup; false where the mount does not show it.</summary>
    public bool TryPathOf(string cgroup, out string directory)
    {
        // Both paths are relative to the root of the caller's cgroup namespace, so '..' may lead both: it is a part like any other here.
        string[] root = mountRoot.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string[] parts = cgroup.Split('/', StringSplitOptions.RemoveEmptyEntries);
        directory = MountPoint;
        if (parts.Length < root.Length)
        {
            return false;
        }

        for (int i = 0; i < parts.Length; i++)
        {
            if (i < root.Length ? parts[i] != root[i] : parts[i] == "..")
            {
                return false;
            }

            if (i >= root.Length)
            {
                directory += "/" + parts[i];
            }
        }

        return true;
    }

    /// <summary>
    /// The cgroup below which containers get theirs, as LXC chooses it: root's containers start from init's cgroup and leave the session that
    /// started them; others, and relative ones, stay below the caller's own. Null where the mount shows neither.
    /// </summary>
    internal string? BaseOf(bool relative)
    {
        if (!relative)
        {
            if (InitPath is not null && TryPathOf(WithoutInitScope(InitPath), out _))
            {
                return WithoutInitScope(InitPath);
            }

            if (TryPathOf("/", out _))
            {
                return "/";
            }
        }

        return TryPathOf(OwnPath, out _) ? Version == 2 && Processes.EffectiveUserId != 0 ? FreeFromOwn() : OwnPath : null;
    }

    // A v2 cgroup with processes cannot hand controllers on: a user's containers start from the nearest one, from the session's own upwards, that
    // is his to write and has none.
    private string FreeFromOwn()
    {
        for (string cgroup = OwnPath; TryPathOf(cgroup, out string directory) && IsWritable(directory); cgroup = cgroup[..Math.Max(1, cgroup.LastIndexOf('/'))])
        {
            if (Descriptors.TryReadText(directory + "/cgroup.procs") is null or "")
            {
                return cgroup;
            }

            if (cgroup == "/")
            {
                break;
            }
        }

        return OwnPath;
    }

    private static bool IsWritable(string directory) => Permissions.CanAccess(directory, Permissions.Write | Permissions.Execute)
        && Permissions.CanAccess(directory + "/cgroup.procs", Permissions.Write);

    // systemd keeps itself in a leaf, because a v2 cgroup with processes of its own cannot hand controllers on.
    private static string WithoutInitScope(string path) =>
        path == "/init.scope" ? "/" : path.EndsWith("/init.scope", StringComparison.Ordinal) ? path[..^"/init.scope".Length] : path;
}
