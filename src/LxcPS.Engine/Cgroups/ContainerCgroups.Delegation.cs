using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <content>Leaving the directories to the container's root, for cgroups of its own.</content>
public sealed partial class ContainerCgroups
{
    /// <summary>
    /// Gives the container's cgroup to the root of its user namespace: the directory and the files that the kernel names for delegation
    /// (/sys/kernel/cgroup/delegate), never those of the limits. Nothing happens for the host's root.
    /// </summary>
    /// <param name="uid">The host's number of the container's root user.</param>
    /// <param name="gid">The host's number of the container's root group.</param>
    /// <exception cref="LxcException">CgroupFailed: an owner cannot be changed.</exception>
    public void Delegate(uint uid, uint gid)
    {
        if (uid == 0 && gid == 0)
        {
            return;
        }

        foreach ((CgroupPlace place, string path, _) in Delegated())
        {
            try
            {
                FileTree.ChangeOwner(Descriptors.CurrentDirectory, path, uid, gid);
            }
            catch (LinuxException e)
            {
                throw Failed($"The cgroup '{place.Payload}' could not be given to the container's root (user {uid}, group {gid}): {e.Message}", e);
            }
        }
    }

    /// <summary>
    /// Gives the container's cgroup, as <see cref="Delegate"/>, to the root group of the user namespace that the caller is root of. As with
    /// LXC's, the owner stays the user: he moves processes in, which takes write access, and removes what the container leaves.
    /// </summary>
    /// <exception cref="LinuxException">A group or a mode cannot be changed.</exception>
    internal void Share()
    {
        foreach ((_, string path, bool isDirectory) in Delegated())
        {
            FileTree.ChangeOwner(Descriptors.CurrentDirectory, path, -1, 0);
            FileTree.ChangeMode(Descriptors.CurrentDirectory, path, isDirectory ? 0x1FDu : 0x1B4u);
        }
    }

    // The directories and files by which a container's root makes cgroups of its own.
    private IEnumerable<(CgroupPlace Place, string Path, bool IsDirectory)> Delegated()
    {
        string[] unifiedFiles = DelegatedFiles();
        foreach (CgroupPlace place in places)
        {
            if (place.Payload is null)
            {
                continue;
            }

            yield return (place, place.Payload, true);
            foreach (string file in place.IsUnified ? unifiedFiles : ["cgroup.procs", "tasks"])
            {
                string path = $"{place.Payload}/{file}";
                if (FileTree.Exists(path))
                {
                    yield return (place, path, false);
                }
            }
        }
    }

    private static string[] DelegatedFiles() =>
        Descriptors.TryReadText("/sys/kernel/cgroup/delegate")?.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        ?? ["cgroup.procs", "cgroup.threads", "cgroup.subtree_control"];
}
