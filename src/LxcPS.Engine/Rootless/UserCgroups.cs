using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>
/// The cgroups of a user's container, in which its root may make others: those belong to one of the user's subordinate ids, over which he has
/// rights only in a user namespace that maps it. For the monitor, and wherever else <see cref="Forking"/> is allowed.
/// </summary>
internal static class UserCgroups
{
    /// <summary>Shares the container's cgroups with its root; see <see cref="ContainerCgroups.Share"/>.</summary>
    /// <param name="cgroups">The cgroups, which the user made.</param>
    /// <param name="maps">The container's id maps.</param>
    /// <exception cref="LxcException">NamespaceFailed or IdMapFailed.</exception>
    /// <exception cref="LinuxException">The kernel refuses to give a cgroup to the container's root group.</exception>
    internal static void Share(ContainerCgroups cgroups, IReadOnlyList<IdMapEntry> maps) => Run(UserMaps.WithOwn(maps), "fchownat", cgroups.Directories[0], () =>
    {
        MappedChild.BecomeRoot();
        cgroups.Share();
    });

    /// <summary>Removes each cgroup below one that is not in use, whichever of the user's subordinate ids made it.</summary>
    /// <exception cref="LxcException">NamespaceFailed or IdMapFailed, or the subordinate ids cannot be read.</exception>
    /// <exception cref="LinuxException">The kernel refuses to remove one.</exception>
    internal static void RemoveBelow(string directory) => Run(UserMaps.OfEverything(), "rmdir", directory, () => CgroupWalk.RemoveBelow(directory));

    // The errno travels as the exit code.
    private static void Run(IReadOnlyList<IdMapEntry> maps, string call, string path, Action work)
    {
        int errno = MappedChild.Run(maps, () =>
        {
            try
            {
                work();
                return 0;
            }
            catch (LinuxException e)
            {
                return e.Number;
            }
        });
        if (errno != 0)
        {
            throw new LinuxException(call, errno, path);
        }
    }
}
