using LxcPS.Engine.Cgroups;
using LxcPS.Native;

namespace LxcPS.Engine.Attach;

/// <content>What is different where a user enters his container.</content>
public sealed partial class Attacher
{
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

    // A user's container without a cgroup of its own is in that of the session that started it, which is not to be entered.
    private static bool IsToEnter(CgroupHierarchy hierarchy, string cgroup) => Processes.EffectiveUserId == 0
        || (hierarchy.TryPathOf(cgroup, out string directory) && FileTree.TryStatus(Descriptors.CurrentDirectory, directory, true, out FileStatus status)
            && status.UserId == Processes.EffectiveUserId);
}
