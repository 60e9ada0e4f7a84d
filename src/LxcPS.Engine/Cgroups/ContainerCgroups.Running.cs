using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <content>What is needed of the cgroups while the container runs.</content>
public sealed partial class ContainerCgroups
{
    /// <summary>
    /// The files and directories that are opened for clients while the container runs, to freeze it, to change its devices, and to hand its
    /// cgroups out, each with the rights that this takes (<see cref="Landlock"/>).
    /// </summary>
    public IReadOnlyList<(string Path, ulong Rights)> OpenedWhileRunning()
    {
        List<(string Path, ulong Rights)> opened = [];
        if (UnifiedPlace is { Limit: { } limit, Payload: { } payload })
        {
            opened.Add((limit, Landlock.READ_DIR));
            if (payload != limit)
            {
                opened.Add((payload, Landlock.READ_DIR));
            }

            opened.Add((limit + "/cgroup.freeze", Landlock.WRITE_FILE));
            opened.Add((limit + "/cgroup.events", Landlock.READ_FILE));
        }

        if (LegacyFreezer() is { } freezer)
        {
            opened.Add((freezer + "/freezer.state", Landlock.READ_FILE | Landlock.WRITE_FILE));
        }

        // Before Linux 5.2, v2 has no freezer.
        opened.RemoveAll(file => !FileTree.Exists(file.Path));
        return opened;
    }

    /// <summary>Opens the container's cgroup of every hierarchy, to refer to it only (O_PATH): for a client that joins them. The caller closes them.</summary>
    /// <param name="maximum">The most that are opened.</param>
    /// <exception cref="LinuxException">A cgroup cannot be opened; none is left open.</exception>
    public int[] OpenAll(int maximum)
    {
        List<int> descriptors = [];
        try
        {
            foreach (CgroupPlace place in places)
            {
                if (place.Payload is not null && descriptors.Count < maximum)
                {
                    descriptors.Add(Descriptors.OpenPath(place.Payload, directory: true));
                }
            }

            return [.. descriptors];
        }
        catch (LinuxException)
        {
            descriptors.ForEach(Descriptors.Close);
            throw;
        }
    }

    /// <summary>
    /// Opens the container's cgroup of a controller, to refer to it only (O_PATH), for a client; the caller closes it. Null where the container
    /// has none. On a host with v2 alone its devices are in the v2 cgroup, though no controller is.
    /// </summary>
    /// <param name="controller">The controller, by the name of either version.</param>
    /// <param name="limit">Whether the cgroup that limits are set on is meant, and not the one that the container lives in.</param>
    /// <param name="isUnified">Whether it is a v2 cgroup.</param>
    public int? Open(string controller, bool limit, out bool isUnified)
    {
        CgroupPlace? place = PlaceOf(controller) ?? (IsUnified && controller == "devices" ? UnifiedPlace : null);
        isUnified = place?.IsUnified ?? false;
        return (limit ? place?.Limit : place?.Payload) is { } directory ? Descriptors.OpenPath(directory, directory: true) : null;
    }

    /// <summary>Whether a process is in the container's cgroups, going by the text of its /proc/PID/cgroup; see cgroups(7).</summary>
    public bool Holds(string membership)
    {
        // The first is the one in which a whole container can be stopped. What is in it got there by our hand or was born there.
        CgroupPlace place = places[0];
        if (place.Limit is null)
        {
            return false;
        }

        string own = place.CgroupOf(place.Limit);
        foreach (string line in membership.Split('\n'))
        {
            string[] parts = line.Split(':', 3);
            if (parts.Length == 3 && (place.IsUnified ? parts[1].Length == 0 : Array.IndexOf(parts[1].Split(','), place.Hierarchy.Controllers[0]) >= 0))
            {
                return parts[2] == own || parts[2].StartsWith(own + "/", StringComparison.Ordinal);
            }
        }

        return false;
    }

    /// <summary>Opens the way into the monitor's cgroups for another process of it that moves itself; see <see cref="EnterMonitor"/>.</summary>
    /// <exception cref="LinuxException">A cgroup cannot be opened; none is left open.</exception>
    public int[] OpenMonitorEntrance()
    {
        List<int> entrance = [];
        try
        {
            foreach (CgroupPlace place in places)
            {
                if (place.HoldsMonitor)
                {
                    entrance.Add(Descriptors.Open(place.Monitor + (place.IsUnified ? "/cgroup.procs" : "/tasks"), OpenFlags.WriteOnly));
                }
            }

            return [.. entrance];
        }
        catch (LinuxException)
        {
            entrance.ForEach(Descriptors.Close);
            throw;
        }
    }
}
