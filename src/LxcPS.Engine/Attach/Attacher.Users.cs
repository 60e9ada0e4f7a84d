using LxcPS.Engine.Cgroups;
using LxcPS.Native;

namespace LxcPS.Engine.Attach;

/// <content>What is different where a user enters his container.</content>
public sealed partial class Attacher
{
    private const string Leaf = ".lxc";

    private ProcessFacts ReadFacts(int initPid)
    {
        try
        {
            return ProcessFacts.Read(initPid);
        }
        catch (LinuxException e) when (e.Number is Errno.EACCES or Errno.EPERM && Processes.EffectiveUserId != 0)
        {
            // The minimal init of a start with a command is a copy of the monitor, which lets nobody but root look into it.
            throw new LxcException(LxcErrorId.NamespaceFailed, $"Container '{request.Name}' cannot be entered: {e.Message}", e)
            {
                ContainerName = request.Name,
                Step = "namespaces",
                Advice = "While a user's container runs a command in the place of its init, only root can enter it.",
            };
        }
    }

    // The cgroup for the program: init's own. An init such as systemd goes down into one that it has made, where a user may put nothing: the
    // program stays in his own above it, as with LXC's in a child, for in v2 a cgroup with controllers below it takes no process. None where
    // the user has none: a container without a cgroup of its own is in that of the session that started it, which is not to be entered.
    private static string? PlaceToEnter(CgroupHierarchy hierarchy, string cgroup)
    {
        if (Processes.EffectiveUserId == 0)
        {
            return hierarchy.PathOf(cgroup);
        }

        if (!hierarchy.TryPathOf(cgroup, out string init))
        {
            return null;
        }

        string directory = init;
        while (!FileTree.TryStatus(Descriptors.CurrentDirectory, directory, true, out FileStatus status) || status.UserId != Processes.EffectiveUserId)
        {
            directory = directory[..directory.LastIndexOf('/')];
            if (directory.Length <= hierarchy.MountPoint.Length)
            {
                return null;
            }
        }

        if (directory == init || hierarchy.Version != 2)
        {
            return directory;
        }

        CgroupDirectory.Make(hierarchy, directory, Leaf, mustBeNew: false, []);
        return $"{directory}/{Leaf}";
    }
}
