using LxcPS.Engine.Cgroups;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;
using static LxcPS.Native.MountCalls;

namespace LxcPS.Engine.Mounts;

/// <summary>
/// /sys/fs/cgroup of a container: in a cgroup namespace its own cgroup is the root of what it sees; without one it sees its own cgroup at the
/// place that /proc/self/cgroup names, and nothing beside it.
/// </summary>
internal static class CgroupMounts
{
    private const ulong Safe = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RELATIME;

    /// <summary>Mounts the hierarchies. To be called in the container's cgroups, and in its cgroup namespace if it has one, before the root changes.</summary>
    internal static void Mount(LaunchPlan plan, int root)
    {
        if (plan.AutoMounts.Cgroup == AutoMountMode.None)
        {
            return;
        }

        // Which there are has been read before the clone; only where the container is in them, which its own namespace makes the root, differs.
        CgroupLayout layout = plan.CgroupNamespace ? plan.CgroupLayout : plan.ReadCgroupLayout();
        ulong readOnly = plan.AutoMounts.Cgroup == AutoMountMode.ReadOnly ? MOUNT_ATTR_RDONLY : 0;
        if (plan.CgroupNamespace && (layout.IsUnified || (plan.AutoMounts.UnifiedOnly && layout.Unified is not null)))
        {
            Descriptors.Close(SpecialMounts.Place(root, "sys/fs/cgroup", Make("cgroup2", "cgroup2", [], Safe | readOnly)));
            return;
        }

        int directory = SpecialMounts.Place(root, "sys/fs/cgroup", Make("tmpfs", "tmpfs", ["mode=755", "size=64k"], Safe));
        foreach (CgroupHierarchy hierarchy in layout.Hierarchies)
        {
            // The one of a host that has v2 alone is mounted on the directory itself.
            string name = layout.IsUnified ? string.Empty : Path.GetFileName(hierarchy.MountPoint);
            if (plan.CgroupNamespace)
            {
                MountIn(directory, name, hierarchy.Version == 2 ? Make("cgroup2", "cgroup2", [], Safe | readOnly)
                    : Make("cgroup", "cgroup", [.. hierarchy.Controllers], Safe | readOnly));
            }
            else if (!TryMountOwn(directory, name, hierarchy, readOnly))
            {
                continue;
            }

            if (hierarchy.Version == 1)
            {
                LinkControllers(directory, name, hierarchy);
            }
        }

        // The list of hierarchies is the monitor's; only what is in them is the container's.
        SetAttributes(directory, MOUNT_ATTR_RDONLY, 0, name: "/sys/fs/cgroup");
        Descriptors.Close(directory);
    }

    // False where the container has no cgroup of its own: what is there is the host's.
    private static bool TryMountOwn(int directory, string name, CgroupHierarchy hierarchy, ulong readOnly)
    {
        if (!hierarchy.TryPathOf(hierarchy.OwnPath, out string own) || own.Length == hierarchy.MountPoint.Length)
        {
            return false;
        }

        int mount = CloneTree(Descriptors.CurrentDirectory, own, recursive: false);
        SetAttributes(mount, Safe | readOnly, 0, name: own);
        MountIn(directory, name + own[hierarchy.MountPoint.Length..], mount);
        return true;
    }

    private static void MountIn(int directory, string place, int mount)
    {
        int target = TargetPath.OpenOrCreate(directory, place, directory: true);
        Move(mount, target, place);
        Descriptors.Close(target);
        Descriptors.Close(mount);
    }

    // cpu,cpuacct is also found as cpu and as cpuacct, as on the host.
    private static void LinkControllers(int directory, string name, CgroupHierarchy hierarchy)
    {
        if (hierarchy.Controllers.Count > 1)
        {
            foreach (string controller in hierarchy.Controllers)
            {
                if (controller != name)
                {
                    FileTree.MakeSymbolicLink(name, directory, controller);
                }
            }
        }
    }
}
