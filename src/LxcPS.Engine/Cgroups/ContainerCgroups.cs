using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>
/// The cgroups of one running container and its monitor, in every hierarchy of the host: made, entered, limited, frozen and removed. For the
/// monitor, which has one thread. Names and layout are LXC's, so that its tools find them.
/// </summary>
public sealed partial class ContainerCgroups
{
    private readonly CgroupLayout layout;
    private readonly CgroupPlan plan;
    private readonly List<CgroupPlace> places = [];
    private Action<IReadOnlyList<string>>? making;

    private ContainerCgroups(CgroupLayout layout, CgroupPlan plan)
    {
        this.layout = layout;
        this.plan = plan;
    }

    /// <summary>
    /// The directories that belong to this container alone: first the container's, then the monitor's, in the order they were made. What is
    /// in them and below them goes with them.
    /// </summary>
    public IReadOnlyList<string> Directories
    {
        get
        {
            List<string> directories = [];
            foreach (CgroupPlace place in places)
            {
                if (place.Limit is not null)
                {
                    directories.Add(place.Limit);
                }
            }

            foreach (CgroupPlace place in places)
            {
                if (place.Monitor is not null)
                {
                    directories.Add(place.Monitor);
                }
            }

            return directories;
        }
    }

    /// <summary>Whether the host has cgroup v2 alone, so that its one directory says and limits everything.</summary>
    public bool IsUnified => layout.IsUnified;

    /// <summary>Makes the cgroups of a container and its monitor in every hierarchy; all or none.</summary>
    /// <param name="layout">The host's hierarchies.</param>
    /// <param name="plan">Where.</param>
    /// <exception cref="LxcException">CgroupFailed: a directory cannot be made.</exception>
    public static ContainerCgroups Create(CgroupLayout layout, CgroupPlan plan)
    {
        ContainerCgroups cgroups = Begin(layout, plan, making: null);
        try
        {
            cgroups.Complete();
            cgroups.MakeMonitor();
            return cgroups;
        }
        catch (LxcException)
        {
            cgroups.Abandon();
            throw;
        }
    }

    /// <summary>
    /// Makes the first cgroup of a container: v2's, in which its init is born, where there is one. The others are as many as ten, take a
    /// millisecond and can wait for <see cref="Complete"/>, while init is busy.
    /// </summary>
    /// <param name="layout">The host's hierarchies.</param>
    /// <param name="plan">Where.</param>
    /// <param name="making">Told the directories that are about to be made, so that they can be found if the monitor is killed meanwhile.</param>
    /// <exception cref="LxcException">CgroupFailed: a directory cannot be made.</exception>
    public static ContainerCgroups Begin(CgroupLayout layout, CgroupPlan plan, Action<IReadOnlyList<string>>? making)
    {
        ContainerCgroups cgroups = new(layout, plan) { making = making };
        try
        {
            cgroups.FindPlaces();
            cgroups.MakeAll(plan.Payload, isMonitor: false, cgroups.UnifiedPlace ?? cgroups.places.FirstOrDefault());
            cgroups.MakeInner();
            cgroups.EnableControllers();
            return cgroups;
        }
        catch (LinuxException e)
        {
            cgroups.Abandon();
            throw Failed($"The cgroups of the container could not be made: {e.Message}", e);
        }
        catch (LxcException)
        {
            cgroups.Abandon();
            throw;
        }
    }

    /// <summary>
    /// The container's cgroup for a controller as /proc/PID/cgroup shows it (the one its processes live in), or null. The empty name asks for
    /// the unified hierarchy.
    /// </summary>
    public string? PayloadPath(string controller) => PlaceOf(controller) is { Payload: { } directory } place ? place.CgroupOf(directory) : null;

    /// <summary>The cgroup that limits are set on; see <see cref="PayloadPath"/>. It differs only with <c>lxc.cgroup.dir.container.inner</c>.</summary>
    public string? LimitPath(string controller) => PlaceOf(controller) is { Limit: { } directory } place ? place.CgroupOf(directory) : null;

    /// <summary>
    /// Opens the container's v2 cgroup, for a child to be born in (CLONE_INTO_CGROUP, see clone(2)) or for a client; the caller closes it. -1
    /// without v2.
    /// </summary>
    public int OpenUnified() => UnifiedPlace?.Payload is { } directory ? Descriptors.Open(directory, OpenFlags.ReadOnly | OpenFlags.Directory) : -1;

    /// <summary>The same for the v2 cgroup that limits are set on.</summary>
    public int OpenUnifiedLimit() => UnifiedPlace?.Limit is { } directory ? Descriptors.Open(directory, OpenFlags.ReadOnly | OpenFlags.Directory) : -1;

    /// <summary>
    /// Opens the way into the container's cgroups for a child that moves itself, which is many times faster than moving it:
    /// <see cref="CgroupEntrance"/>.
    /// </summary>
    /// <param name="skipUnified">Whether the child is born in the v2 cgroup.</param>
    /// <exception cref="LxcException">CgroupFailed: a cgroup cannot be opened.</exception>
    public CgroupEntrance OpenEntrance(bool skipUnified)
    {
        List<string> directories = [];
        foreach (CgroupPlace place in places)
        {
            if (place.Payload is not null && !(skipUnified && place.IsUnified))
            {
                directories.Add(place.Payload);
            }
        }

        return CgroupEntrance.Open(directories);
    }

    /// <summary>Moves a process into the container's cgroups. The moves are made back to back: the kernel's grace period is waited for once.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="skipUnified">Whether it was born in the v2 cgroup.</param>
    /// <exception cref="LxcException">CgroupFailed: the kernel refuses.</exception>
    public void EnterPayload(int pid, bool skipUnified)
    {
        foreach (CgroupPlace place in places)
        {
            if (place.Payload is not null && !(skipUnified && place.IsUnified))
            {
                Move(place.Payload, pid);
            }
        }
    }

    /// <summary>
    /// Moves the monitor into its cgroups. In v1 hierarchies a monitor that moves itself moves the calling thread, which costs no grace
    /// period (<see cref="CgroupEntrance"/>); its idle finalizer thread stays. The v2 move waits for one: call this when nobody waits.
    /// </summary>
    /// <param name="pid">The monitor.</param>
    /// <exception cref="LxcException">CgroupFailed: the kernel refuses.</exception>
    public void EnterMonitor(int pid)
    {
        foreach (CgroupPlace place in places)
        {
            if (place.Monitor is null || place.HoldsMonitor)
            {
                continue;
            }

            if (pid == Processes.CurrentId)
            {
                MoveSelf(place, place.Monitor);
                place.HoldsMonitor = true;
            }
            else
            {
                Move(place.Monitor, pid);
            }
        }
    }

    private CgroupPlace? UnifiedPlace => PlaceIn(layout.Unified);

    private CgroupPlace? PlaceOf(string controller) => PlaceIn(controller.Length == 0 ? layout.Unified : layout.Find(controller));

    private CgroupPlace? PlaceIn(CgroupHierarchy? hierarchy)
    {
        foreach (CgroupPlace place in places)
        {
            if (ReferenceEquals(place.Hierarchy, hierarchy))
            {
                return place;
            }
        }

        return null;
    }

    private static void Move(string directory, int pid)
    {
        try
        {
            Descriptors.WriteText(directory + "/cgroup.procs", pid.ToString());
        }
        catch (LinuxException e)
        {
            throw Failed($"Process {pid} could not be moved into the cgroup '{directory}': {e.Message}", e);
        }
    }

    private static void MoveSelf(CgroupPlace place, string directory)
    {
        try
        {
            Descriptors.WriteText(directory + (place.IsUnified ? "/cgroup.procs" : "/tasks"), "0");
        }
        catch (LinuxException e)
        {
            throw Failed($"The monitor could not move into the cgroup '{directory}': {e.Message}", e);
        }
    }

    private static LxcException Failed(string message, LinuxException? inner = null, string? advice = null) => new(LxcErrorId.CgroupFailed, message, inner)
    {
        Step = "cgroup",
        Advice = advice ?? inner?.Number switch
        {
            Errno.EACCES or Errno.EPERM or Errno.EROFS =>
                "Run as root, or in a cgroup that was delegated to this user (systemd-run --user --scope -p Delegate=yes).",
            Errno.EAGAIN => "The limit of cgroups or processes above is reached: see cgroup.max.descendants and pids.max.",
            Errno.ENOSPC or Errno.ENOMEM => "The kernel has no room for another cgroup: remove unused ones, or raise the limits above.",
            Errno.EBUSY => "A v2 cgroup with processes of its own cannot hand controllers on: start from an inner cgroup, or set lxc.cgroup.relative = 0.",
            Errno.ENOENT => "Something else removed the cgroup: see whether another program manages it.",
            _ => null,
        },
    };
}
