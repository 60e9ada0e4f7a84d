using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <content>Making the directories.</content>
public sealed partial class ContainerCgroups
{
    /// <summary>LXC's own bound on the numbers that it appends to a name that is taken.</summary>
    private const int NameAttempts = 1000;

    // A user makes cgroups where they are delegated to him, and has none otherwise.
    private readonly bool isUser = Processes.EffectiveUserId != 0;
    private LinuxException? lastRefusal;
    private int payloadNumber;

    /// <summary>Makes what <see cref="Begin"/> left; after a failure <see cref="Remove"/> takes away what is there.</summary>
    /// <exception cref="LxcException">CgroupFailed: a directory cannot be made.</exception>
    public void Complete()
    {
        try
        {
            foreach (CgroupPlace place in places.ToArray())
            {
                if (place.Limit is null)
                {
                    MakeLate(place);
                }
            }

            MakeInner();
        }
        catch (LinuxException e)
        {
            throw Failed($"The cgroups of the container could not be made: {e.Message}", e);
        }

        if (places.Count == 0 && isUser)
        {
            warnings.Add($"The container stays in the cgroup of this session, as none can be made for it: {lastRefusal?.Message}");
        }
        else if (places.Count == 0)
        {
            throw Failed($"No cgroup hierarchy lets this process make cgroups: {lastRefusal?.Message}", lastRefusal);
        }
    }

    /// <summary>Makes the monitor's cgroups if they are not there yet: one in every hierarchy, or none.</summary>
    /// <exception cref="LxcException">CgroupFailed: a directory cannot be made.</exception>
    public void MakeMonitor()
    {
        foreach (CgroupPlace place in places)
        {
            if (place.Monitor is not null)
            {
                return;
            }
        }

        if (places.Count == 0)
        {
            return;
        }

        try
        {
            MakeAll(plan.Monitor, isMonitor: true);
        }
        catch (LinuxException e)
        {
            Unmake(isMonitor: true);
            throw Failed($"The cgroups of the monitor could not be made: {e.Message}", e);
        }
    }

    /// <summary>The directories below which a container's cgroups would be made.</summary>
    /// <exception cref="LxcException">CgroupFailed: there is none.</exception>
    internal static IReadOnlyList<string> BasesOf(CgroupLayout layout, CgroupPlan plan)
    {
        ContainerCgroups cgroups = new(layout, plan);
        cgroups.FindPlaces();
        return cgroups.places.ConvertAll(place => place.Base);
    }

    // The hierarchies in which a whole container can be stopped come first, so that they are also the first to be cleared; v1's freezer before
    // v2, because what it froze cannot be killed.
    private void FindPlaces()
    {
        bool relative = plan.IsRelative || isUser;
        for (int rank = 0; rank < 3; rank++)
        {
            foreach (CgroupHierarchy hierarchy in layout.Hierarchies)
            {
                int own = hierarchy.Has("freezer") ? 0 : hierarchy.Version == 2 ? 1 : 2;
                if (own == rank && hierarchy.BaseOf(relative) is { } start)
                {
                    places.Add(new CgroupPlace(hierarchy, start, hierarchy.PathOf(start)));
                }
            }
        }

        if (places.Count == 0 && !isUser)
        {
            throw Failed("No cgroup hierarchy is mounted where this process can use it", advice: "Mount cgroup2 on /sys/fs/cgroup.");
        }
    }

    // A directory of that name is another container's or a dead one's, which cannot be told apart without a race: take the next name, as LXC does.
    private void MakeAll(string path, bool isMonitor, CgroupPlace? alone = null)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (TryMakeAll(Numbered(path, attempt), isMonitor, alone))
            {
                payloadNumber = isMonitor ? payloadNumber : attempt;
                return;
            }
        }

        throw Taken(path);
    }

    private int Attempts => plan.IsExact ? 1 : NameAttempts;

    private static string Numbered(string path, int number) => number == 0 ? path : $"{path}-{number}";

    private LxcException Taken(string path) => Failed($"The cgroup '{path}' exists already", advice: plan.IsExact
        ? "Remove it, or name another in lxc.cgroup.dir.container and lxc.cgroup.dir.monitor."
        : "Remove the unused cgroups of that name and its numbered ones.");

    private bool TryMakeAll(string path, bool isMonitor, CgroupPlace? alone)
    {
        if (making is not null)
        {
            List<string> directories = places.ConvertAll(place => $"{place.Base}/{path}");
            if (directories.Exists(FileTree.Exists))
            {
                // Never told as ours.
                return false;
            }

            making(directories);
        }

        foreach (CgroupPlace place in places.ToArray())
        {
            if ((alone ?? place) == place && !TryMake(place, path, isMonitor))
            {
                Unmake(isMonitor);
                return false;
            }
        }

        return true;
    }

    // The name was free a moment ago. Whoever took it in this hierarchy alone is not in the way in the others.
    private void MakeLate(CgroupPlace place)
    {
        for (int number = payloadNumber; number < Attempts; number++)
        {
            string path = Numbered(plan.Payload, number);
            if (number > payloadNumber)
            {
                if (FileTree.Exists($"{place.Base}/{path}"))
                {
                    continue;
                }

                making?.Invoke([$"{place.Base}/{path}"]);
            }

            if (TryMake(place, path, isMonitor: false))
            {
                return;
            }
        }

        throw Taken(plan.Payload);
    }

    // False where the name is taken. A place that is not ours to use is no place any more.
    private bool TryMake(CgroupPlace place, string path, bool isMonitor)
    {
        try
        {
            if (!CgroupDirectory.Make(place.Hierarchy, place.Base, path, mustBeNew: true, place.Parents))
            {
                return false;
            }
        }
        catch (LinuxException e) when (!isMonitor && e.Call == "mkdir" && e.Number is Errno.EACCES or Errno.EPERM or Errno.EROFS)
        {
            // A hierarchy that was not delegated, or is read-only in this container. As LXC does, the others are used.
            lastRefusal = e;
            places.Remove(place);
            return true;
        }

        string directory = $"{place.Base}/{path}";
        if (isMonitor)
        {
            place.Monitor = directory;
        }
        else
        {
            place.Limit = place.Payload = directory;
        }

        return true;
    }

    private void MakeInner()
    {
        foreach (CgroupPlace place in places)
        {
            // The devices list of a v1 cgroup can be replaced as a whole only while nothing is below it: that one waits for the limits.
            if (place.IsUnified || !place.Hierarchy.Has("devices"))
            {
                MakeInner(place);
            }
        }
    }

    private void MakeInner(CgroupPlace place)
    {
        if (plan.Inner is not null && place.Limit is not null && place.Payload == place.Limit)
        {
            CgroupDirectory.Make(place.Hierarchy, place.Limit, plan.Inner, mustBeNew: false, []);
            place.Payload = $"{place.Limit}/{plan.Inner}";
        }
    }

    // A pure v2 host hands on everything, so that any limit can be set later. On a hybrid one nobody expects controllers in v2: on demand.
    private void EnableControllers()
    {
        if (layout.IsUnified && UnifiedPlace is { Hierarchy.Controllers: { Count: > 0 } controllers } place)
        {
            EnableControllers(place, controllers, isRequired: false);
        }
    }

    private void EnableControllers(CgroupPlace place, IReadOnlyList<string> controllers, bool isRequired)
    {
        string last = place.Payload![..place.Payload!.LastIndexOf('/')];
        for (string directory = place.Base; ; directory = NextBelow(directory, last))
        {
            try
            {
                EnableIn(place, directory, controllers);
            }
            catch (LinuxException) when (!isRequired)
            {
                // One controller that cannot be had (cpu with real-time processes about, say) must not cost the others.
                foreach (string controller in controllers)
                {
                    TryEnable(directory, controller);
                }
            }

            if (directory == last)
            {
                return;
            }
        }
    }

    private void EnableIn(CgroupPlace place, string directory, IReadOnlyList<string> controllers)
    {
        try
        {
            CgroupDirectory.Enable(directory, controllers);
        }
        catch (LinuxException e) when (e.Number == Errno.EBUSY && !place.HoldsMonitor)
        {
            // With lxc.cgroup.relative the monitor itself is the process that keeps its cgroup from handing controllers on.
            MakeMonitor();
            MoveSelf(place, place.Monitor!);
            place.HoldsMonitor = true;
            CgroupDirectory.Enable(directory, controllers);
        }
    }

    private static void TryEnable(string directory, string controller)
    {
        try
        {
            CgroupDirectory.Enable(directory, [controller]);
        }
        catch (LinuxException)
        {
            // A limit that needs it is refused with the reason when it is set.
        }
    }

    private static string NextBelow(string directory, string last)
    {
        int slash = last.IndexOf('/', directory.Length + 1);
        return slash < 0 ? last : last[..slash];
    }
}
