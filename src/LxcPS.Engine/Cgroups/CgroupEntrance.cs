using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>
/// The way into cgroups for a process with one thread that moves itself: opened by whoever has the rights, walked by a child that inherits
/// it. Moving another process takes the kernel's lock on all forks and exits (cgroup_threadgroup_rwsem), and the first to do so after some
/// quiet waits for a grace period of 6 to 12 ms. A thread that writes itself to the tasks file of a v1 cgroup needs no such lock: nine
/// hierarchies take half a millisecond.
/// </summary>
public sealed class CgroupEntrance : IDisposable
{
    private readonly List<(int Fd, string File)> files = [];

    private CgroupEntrance()
    {
    }

    /// <summary>Opens the way. The kernel checks the rights of the opener, not of the process that moves.</summary>
    /// <param name="directories">Cgroup directories: of v1 hierarchies and, at most, one of v2.</param>
    /// <exception cref="LxcException">CgroupFailed: a cgroup cannot be opened.</exception>
    public static CgroupEntrance Open(IEnumerable<string> directories)
    {
        CgroupEntrance entrance = new();
        try
        {
            foreach (string directory in directories)
            {
                string file = directory + (FileTree.Exists(directory + "/tasks") ? "/tasks" : "/cgroup.procs");
                entrance.files.Add((Descriptors.Open(file, OpenFlags.WriteOnly), file));
            }

            return entrance;
        }
        catch (LinuxException e)
        {
            entrance.Dispose();
            throw new LxcException(LxcErrorId.CgroupFailed, $"The container's cgroup cannot be entered: {e.Message}", e)
            {
                Step = "cgroup",
                Advice = "See whether the container is being stopped; entering needs the rights of whoever started it.",
            };
        }
    }

    /// <summary>Moves the calling process, whose only thread calls it.</summary>
    /// <exception cref="LxcException">CgroupFailed: the kernel refuses.</exception>
    public void Enter()
    {
        foreach ((int fd, string file) in files)
        {
            try
            {
                Descriptors.WriteAll(fd, "0"u8, file);
            }
            catch (LinuxException e)
            {
                throw new LxcException(LxcErrorId.CgroupFailed, $"The process could not enter its cgroup: {e.Message}", e)
                {
                    Step = "cgroup",
                    Advice = "See whether the cgroup was removed meanwhile, its pids limit is reached, or its cpuset is empty.",
                };
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((int fd, _) in files)
        {
            Descriptors.Close(fd);
        }

        files.Clear();
    }
}
