using LxcPS.Engine.Rootless;
using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>Ending what lives in a tree of cgroups, and removing the tree.</summary>
internal static class CgroupTree
{
    /// <summary>How long processes that were killed may take to go, in milliseconds: they may sit in a device or a network file system.</summary>
    private const int Patience = 10_000;

    /// <summary>
    /// Kills what is in a cgroup and below it and removes the directories, the deepest first; true when all is gone. The calling process must
    /// not be inside.
    /// </summary>
    /// <param name="directory">The cgroup.</param>
    /// <param name="removeBelow">For a user: removes what is below a cgroup where the user's own rights do not do; see <see cref="UserCgroups"/>.</param>
    internal static bool Remove(string directory, Action<string>? removeBelow)
    {
        // What a container left behind is most often one empty directory.
        if (TryRemove(Descriptors.CurrentDirectory, directory))
        {
            return true;
        }

        long deadline = Environment.TickCount64 + Patience;
        for (int pause = 1; ; pause = Math.Min(pause * 2, 100))
        {
            Kill(directory);
            try
            {
                CgroupWalk.RemoveBelow(directory);
            }
            catch (LinuxException e) when (e.Number == Errno.EACCES && removeBelow is not null)
            {
                removeBelow(directory);
            }

            if (TryRemove(Descriptors.CurrentDirectory, directory))
            {
                return true;
            }

            long left = deadline - Environment.TickCount64;
            if (left <= 0)
            {
                return false;
            }

            AwaitEmpty(directory, (int)Math.Min(left, pause));
        }
    }

    /// <summary>Removes one directory; false when it is in use, true when it is gone.</summary>
    internal static bool TryRemove(int parent, string name)
    {
        try
        {
            FileTree.Remove(parent, name, isDirectory: true);
            return true;
        }
        catch (LinuxException e) when (e.Number is Errno.EBUSY or Errno.ENOTEMPTY)
        {
            return false;
        }
    }

    /// <summary>The processes that are in a cgroup itself; none where it is gone.</summary>
    internal static List<int> MembersOf(int directory, string file = "cgroup.procs")
    {
        List<int> pids = [];
        try
        {
            foreach (string line in Descriptors.ReadTextAt(directory, file).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                // 0 stands for a process of an outer PID namespace, which has no number here.
                if (int.TryParse(line, out int pid) && pid > 0)
                {
                    pids.Add(pid);
                }
            }
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENODEV or Errno.EOPNOTSUPP)
        {
            // Gone, or a cgroup of threads, whose processes its domain lists.
        }

        return pids;
    }

    private static void Kill(string directory)
    {
        if (FileTree.Exists(directory + "/cgroup.kill"))
        {
            TryWrite(Descriptors.CurrentDirectory, directory + "/cgroup.kill", "1");
            return;
        }

        // v1 kills one by one. In the freezer's own hierarchy nothing can fork meanwhile; a frozen process dies when it is thawed.
        bool isFreezer = FileTree.Exists(directory + "/freezer.state");
        if (isFreezer)
        {
            TryWrite(Descriptors.CurrentDirectory, directory + "/freezer.state", "FROZEN");
        }

        CgroupWalk.Visit(directory, KillMembers);
        if (isFreezer)
        {
            CgroupWalk.Visit(directory, fd => TryWrite(fd, "freezer.state", "THAWED"));
        }
    }

    private static void KillMembers(int directory)
    {
        List<int> first = MembersOf(directory);
        first.Remove(Processes.CurrentId);
        if (first.Count == 0)
        {
            return;
        }

        List<(int Pid, int Pidfd)> held = [];
        try
        {
            Hold(first, held);

            // The second list is read with the processes held: one that is on it and alive afterwards is the one that was meant.
            HashSet<int> second = [.. MembersOf(directory)];
            foreach ((int pid, int pidfd) in held)
            {
                if (second.Contains(pid))
                {
                    Processes.Signal(pidfd, 9);
                }
            }
        }
        finally
        {
            foreach ((_, int pidfd) in held)
            {
                Descriptors.Close(pidfd);
            }
        }
    }

    private static void Hold(List<int> pids, List<(int Pid, int Pidfd)> held)
    {
        foreach (int pid in pids)
        {
            try
            {
                held.Add((pid, Processes.OpenPidfd(pid)));
            }
            catch (LinuxException e) when (e.Number is Errno.ESRCH or Errno.EINVAL)
            {
                // It has ended, or is a thread that outlived its leader's entry here.
            }
            catch (LinuxException e) when (e.Number is Errno.EMFILE or Errno.ENFILE && held.Count > 0)
            {
                // The rest has its turn in the next round.
                return;
            }
        }
    }

    /// <summary>Waits until nothing lives in a tree or the time is up.</summary>
    private static void AwaitEmpty(string directory, int timeout)
    {
        if (FileTree.Exists(directory + "/cgroup.events"))
        {
            CgroupEvents.Await(directory, "populated", "0", timeout);
        }
        else
        {
            // v1 tells nobody but a program that the kernel starts (release_agent): look again in a while.
            CgroupFile.Pause(timeout);
        }
    }

    private static void TryWrite(int directory, string file, string text)
    {
        try
        {
            Descriptors.WriteTextAt(directory, file, text);
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENODEV or Errno.EACCES or Errno.EPERM or Errno.EOPNOTSUPP or Errno.EINVAL)
        {
            // What a cgroup does not take shows when it is removed.
        }
    }
}
