using System.Globalization;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Processes of the host that have user namespaces of their own: containers of any tool.</summary>
internal static class MappedProcesses
{
    /// <summary>One process for each user namespace that is neither the caller's nor within a container.</summary>
    /// <param name="init">The container's init.</param>
    internal static IReadOnlyList<MappedProcess> Read(int init)
    {
        Dictionary<int, int> parents = [];
        Dictionary<ulong, (int Pid, string Name)> first = [];
        HashSet<ulong> own = [];
        foreach (string directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out int pid) && Descriptors.TryReadText(directory + "/status") is { } status
                && int.TryParse(ProcessStatus.Field(status, "PPid"), CultureInfo.InvariantCulture, out int parent)
                && FileTree.TryStatus(Descriptors.CurrentDirectory, directory + "/ns/user", true, out FileStatus space))
            {
                parents[pid] = parent;
                first.TryAdd(space.Inode, (pid, ProcessStatus.Field(status, "Name") ?? string.Empty));
                if (pid == init)
                {
                    own.Add(space.Inode);
                }
            }
        }

        if (FileTree.TryStatus(Descriptors.CurrentDirectory, "/proc/self/ns/user", true, out FileStatus ours))
        {
            own.Add(ours.Inode);
        }

        List<MappedProcess> processes = [];
        foreach ((ulong space, (int pid, string name)) in first)
        {
            if (!own.Contains(space) && !IsBelow(pid, init, parents) && Descriptors.TryReadText($"/proc/{pid}/uid_map") is { Length: > 0 } map)
            {
                processes.Add(new MappedProcess($"/proc/{pid}/uid_map ({DisplayText.Of(name)})", map));
            }
        }

        return processes;
    }

    // What the container made itself has its ids, of course.
    private static bool IsBelow(int pid, int init, Dictionary<int, int> parents)
    {
        for (int at = pid, steps = 0; at > 1 && steps <= parents.Count; steps++)
        {
            if (at == init)
            {
                return true;
            }

            at = parents.GetValueOrDefault(at);
        }

        return false;
    }
}
