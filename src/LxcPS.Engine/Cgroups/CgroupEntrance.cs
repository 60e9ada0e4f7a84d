using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>
/// The way into cgroups for a process with one thread that moves itself: opened by whoever has the rights, walked by a child that inherits
/// it or receives it. Moving another process takes the kernel's lock on all forks and exits (cgroup_threadgroup_rwsem), and the first to do so after some
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

    /// <summary>
    /// The messages (<see cref="SetupChannel.Kind.Cgroups"/>) that hand the way to the child at the other end of a channel, at least one.
    /// </summary>
    public IEnumerable<(string Text, int[] Descriptors)> Messages()
    {
        for (int sent = 0; sent < files.Count || sent == 0; sent += SetupChannel.MaximumDescriptors)
        {
            List<(int Fd, string File)> part = files.GetRange(sent, Math.Min(SetupChannel.MaximumDescriptors, files.Count - sent));
            yield return ($"{files.Count}\n{string.Join('\n', part.ConvertAll(file => file.File))}", part.ConvertAll(file => file.Fd).ToArray());
        }
    }

    /// <summary>Waits for the <see cref="Messages"/>; the monitor's death ends the process.</summary>
    /// <param name="channel">The child's end.</param>
    public static CgroupEntrance Receive(SetupChannel channel)
    {
        CgroupEntrance entrance = new();
        Span<int> descriptors = stackalloc int[SetupChannel.MaximumDescriptors];
        int count;
        do
        {
            string[] lines = channel.Expect(SetupChannel.Kind.Cgroups, descriptors, out int received).Split('\n');
            count = int.Parse(lines[0]);
            for (int i = 0; i < received; i++)
            {
                entrance.files.Add((descriptors[i], lines[i + 1]));
            }
        }
        while (entrance.files.Count < count);
        return entrance;
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
                    Advice = "See whether the cgroup was removed meanwhile, its pids limit is reached or its cpuset is empty; a session of real-time scheduling cannot enter one that has no share of it.",
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
