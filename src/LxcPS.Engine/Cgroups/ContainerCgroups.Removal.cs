using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Rootless;
using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <content>Removing the directories.</content>
public sealed partial class ContainerCgroups
{
    /// <summary>
    /// Kills what is left of the container and removes its cgroups, then moves the monitor out of its own, with what hooks left there, and
    /// removes them. Everything is tried whatever fails; it may be called again.
    /// </summary>
    /// <param name="mayBeReplaced">
    /// Whether the calling process may end here and a child of it go on (<see cref="Forking.ContinueAsChild"/>), which is many times faster
    /// than moving out of a v2 cgroup: for a monitor that nobody waits for.
    /// </param>
    /// <exception cref="LxcException">CgroupFailed: something is still there, the first of it.</exception>
    public void Remove(bool mayBeReplaced = false)
    {
        // The program goes with the cgroup, once nothing else holds it.
        Descriptors.Close(deviceProgram);
        deviceProgram = -1;
        LxcException? first = null;
        foreach (CgroupPlace place in places)
        {
            if (place.Limit is { } limit && Try(() => RemoveTree(limit, isUser ? UserCgroups.RemoveBelow : null), ref first))
            {
                place.Limit = place.Payload = null;
            }
        }

        foreach (CgroupPlace place in places)
        {
            if (place.Monitor is { } monitor && Try(() => RemoveMonitor(place, monitor, mayBeReplaced), ref first))
            {
                place.Monitor = null;
            }
        }

        RemoveParents();
        if (first is not null)
        {
            throw first;
        }
    }

    private static bool Try(Action action, ref LxcException? first)
    {
        try
        {
            action();
            return true;
        }
        catch (LxcException e)
        {
            first ??= e;
        }
        catch (LinuxException e)
        {
            first ??= Failed($"A cgroup could not be removed: {e.Message}", e);
        }

        return false;
    }

    private static void RemoveTree(string directory, Action<string>? removeBelow = null)
    {
        if (!CgroupTree.Remove(directory, removeBelow))
        {
            int left = CgroupTree.MembersOf(Descriptors.CurrentDirectory, directory + "/cgroup.procs").Count;
            throw Failed($"The cgroup '{directory}' could not be removed within 10 seconds: {left} processes that were killed are in it still",
                advice: "They wait in the kernel for a device or a network file system (state D in ps): remove the cgroup when they are gone.");
        }
    }

    private void RemoveMonitor(CgroupPlace place, string monitor, bool mayBeReplaced)
    {
        if (place.HoldsMonitor && !(mayBeReplaced && place.IsUnified && LeaveReplaced(place)))
        {
            Leave(place);
        }

        // What a hook has left running is not the container's to end: it goes where the monitor goes.
        if (!CgroupTree.TryRemove(Descriptors.CurrentDirectory, monitor))
        {
            foreach (int pid in CgroupTree.MembersOf(Descriptors.CurrentDirectory, monitor + "/cgroup.procs"))
            {
                TryMove(ExitOf(place), pid);
            }

            RemoveTree(monitor);
        }
    }

    private void Leave(CgroupPlace place)
    {
        try
        {
            MoveSelf(place, ExitOf(place));
        }
        catch (LxcException e) when (e.Errno == Errno.EBUSY && place.IsUnified && !plan.HasPivot)
        {
            // The base hands controllers on, so no process may be in it.
            place.LeftToPivot = true;
            MoveSelf(place, ExitOf(place));
        }

        place.HoldsMonitor = false;
    }

    private bool LeaveReplaced(CgroupPlace place)
    {
        int exit = -1;
        try
        {
            exit = Descriptors.Open(ExitOf(place), OpenFlags.ReadOnly | OpenFlags.Directory);
            Forking.ContinueAsChild(exit);
            place.HoldsMonitor = false;
            return true;
        }
        catch (LinuxException)
        {
            // The move that is tried next knows what to do where no process may be, and has the words for the rest.
            return false;
        }
        finally
        {
            Descriptors.Close(exit);
        }
    }

    // As LXC's, the pivot stays: monitors that end share it.
    private string ExitOf(CgroupPlace place)
    {
        if (!plan.HasPivot && !place.LeftToPivot)
        {
            return place.Base;
        }

        CgroupDirectory.Make(place.Hierarchy, place.Base, plan.Pivot, mustBeNew: false, []);
        return $"{place.Base}/{plan.Pivot}";
    }

    private static void TryMove(string directory, int pid)
    {
        try
        {
            Descriptors.WriteText(directory + "/cgroup.procs", pid.ToString());
        }
        catch (LinuxException)
        {
            // It has ended, or it is ended with the cgroup.
        }
    }

    private void RemoveParents()
    {
        foreach (CgroupPlace place in places)
        {
            // Others may have made theirs below meanwhile: then it stays.
            for (int i = place.Parents.Count - 1; i >= 0 && CgroupTree.TryRemove(Descriptors.CurrentDirectory, place.Parents[i]); i--)
            {
            }

            place.Parents.Clear();
        }
    }

    // Of a making that failed; nothing but the monitor can be inside.
    private void Abandon()
    {
        LxcException? ignored = null;
        foreach (CgroupPlace place in places)
        {
            if (place.HoldsMonitor)
            {
                Try(() => Leave(place), ref ignored);
            }
        }

        Unmake(isMonitor: true);
        Unmake(isMonitor: false);
        RemoveParents();
    }

    private void Unmake(bool isMonitor)
    {
        foreach (CgroupPlace place in places)
        {
            if (isMonitor && place.Monitor is not null)
            {
                CgroupTree.TryRemove(Descriptors.CurrentDirectory, place.Monitor);
                place.Monitor = null;
            }
            else if (!isMonitor && place.Limit is not null)
            {
                CgroupWalk.RemoveBelow(place.Limit);
                CgroupTree.TryRemove(Descriptors.CurrentDirectory, place.Limit);
                place.Limit = place.Payload = null;
            }
        }
    }
}
