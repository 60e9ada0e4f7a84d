using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Mounts;

/// <summary>
/// The mounts that the monitor makes for the child with its own rights: binds of host directories that the container's root could not
/// reach, and overlays whose layers map ids.
/// </summary>
public static class PreparedMounts
{
    /// <summary>Whether the monitor makes the mount; the child makes all others.</summary>
    public static bool IsPrepared(MountEntry entry) => entry.IsBind ? !entry.IsSourceRelative : entry.Type == "overlay";

    /// <summary>The detached mount of an entry.</summary>
    /// <param name="entry">An entry that <see cref="IsPrepared"/> accepts.</param>
    /// <param name="userNamespace">The container's user namespace, or -1.</param>
    /// <param name="idMapOverlay">Whether the layers of an overlay map ids: they do where the root file system does.</param>
    /// <param name="rootId">The host id of the container's root.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static int Open(MountEntry entry, int userNamespace, bool idMapOverlay, uint rootId)
    {
        if (!entry.IsBind)
        {
            return OpenOverlay(entry, idMapOverlay ? userNamespace : -1, rootId);
        }

        int mount = MountCalls.CloneTree(Descriptors.CurrentDirectory, entry.Source, entry.IsRecursive);
        int other = -1;
        try
        {
            other = entry.IdMap is null or "container" ? -1 : Descriptors.Open(entry.IdMap, OpenFlags.ReadOnly);
            int map = entry.IdMap == "container" ? userNamespace : other;
            if (map >= 0)
            {
                MountCalls.SetAttributes(mount, MountCalls.MOUNT_ATTR_IDMAP, 0, recursive: entry.IsRecursive, name: entry.Source, userNamespace: map);
            }
        }
        catch
        {
            Descriptors.Close(mount);
            throw;
        }
        finally
        {
            Descriptors.Close(other);
        }

        return mount;
    }

    /// <summary>The detached mount of the root file system.</summary>
    /// <param name="plan">The container, which has one.</param>
    /// <param name="userNamespace">The container's user namespace, or -1.</param>
    internal static int OpenRootfs(LaunchPlan plan, int userNamespace)
    {
        int other = plan.RootfsIdMapFile is null ? -1 : Descriptors.Open(plan.RootfsIdMapFile, OpenFlags.ReadOnly);
        try
        {
            int space = !plan.IdMapRootfs ? -1 : other >= 0 ? other : userNamespace;
            return plan.InMemory ? InMemoryLayer.Open(plan.Rootfs!, space, plan.RootUserId, plan.RootfsAttributes)
                : plan.Rootfs!.Open(space, plan.RootUserId, plan.RootfsAttributes, plan.RootfsFileSystemOptions);
        }
        finally
        {
            Descriptors.Close(other);
        }
    }

    /// <summary>The detached mount of an entry, or -1 for one that may be left out and cannot be made.</summary>
    /// <exception cref="LxcException">MountFailed.</exception>
    public static int OpenUnlessOptional(MountEntry entry, int userNamespace, bool idMapOverlay, uint rootId)
    {
        try
        {
            return Open(entry, userNamespace, idMapOverlay, rootId);
        }
        catch (LinuxException) when (entry.IsOptional)
        {
            return -1;
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.MountFailed, $"The mount entry '{entry.Text}' failed: {e.Message}", e)
            {
                Step = "mount",
                ConfigKey = "lxc.mount.entry",
                Advice = "See that the source exists, or add optional to the options.",
            };
        }
    }

    private static int OpenOverlay(MountEntry entry, int userNamespace, uint rootId)
    {
        string[] lower = [];
        string upper = string.Empty;
        string work = string.Empty;
        foreach (string option in entry.Options)
        {
            int equals = option.IndexOf('=');
            string value = option[(equals + 1)..];
            switch (equals < 0 ? option : option[..equals])
            {
                case "lowerdir":
                    lower = value.Split(':');
                    // mount(8) lists the top layer first.
                    Array.Reverse(lower);
                    break;
                case "upperdir": upper = value; break;
                case "workdir": work = value; break;
                default: throw new LinuxException("overlay", Errno.EINVAL, option);
            }
        }

        return lower.Length > 0 && upper.Length > 0 && work.Length > 0
            ? RootfsSource.OpenOverlay(lower, upper, work, userNamespace, rootId)
            : throw new LinuxException("overlay", Errno.EINVAL, entry.Text);
    }
}
