using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>The freezers of both versions: cgroup.freeze of v2 and freezer.state of v1.</summary>
internal static class CgroupFreezer
{
    /// <summary>How long all processes may take to halt, in milliseconds: each does when it next leaves the kernel.</summary>
    private const int Patience = 10_000;

    /// <summary>Halts all processes of a cgroup, or lets them go on, and waits until they do. Where both are given, the v1 freezer halts.</summary>
    /// <param name="unified">The cgroup in the v2 hierarchy, or null.</param>
    /// <param name="legacy">The cgroup in the hierarchy of the v1 freezer, or null.</param>
    /// <param name="freeze">Whether they halt.</param>
    /// <exception cref="LxcException">CgroupControllerMissing: no freezer. Timeout: a process does not halt; all go on. CgroupFailed.</exception>
    internal static void Change(string? unified, string? legacy, bool freeze)
    {
        if (unified is not null && !FileTree.Exists(unified + "/cgroup.freeze"))
        {
            unified = null;
        }

        if (unified is null && legacy is null)
        {
            throw new LxcException(LxcErrorId.CgroupControllerMissing, "This host has no cgroup freezer, so the container cannot be frozen or thawed")
            {
                Step = "freezer",
                Advice = "Use cgroup v2 on Linux 5.2 or later, or mount the v1 freezer controller.",
            };
        }

        try
        {
            bool done = true;
            if (unified is not null && (legacy is null || !freeze))
            {
                Descriptors.WriteText(unified + "/cgroup.freeze", freeze ? "1" : "0");
                done = CgroupEvents.Await(unified, "frozen", freeze ? "1" : "0", Patience);
            }

            // Thawing undoes both: somebody may have written to the v2 file of a hybrid host.
            if (legacy is not null)
            {
                done &= ChangeLegacy(legacy, freeze ? "FROZEN" : "THAWED");
            }

            if (!done)
            {
                throw Unfinished(unified, legacy, freeze);
            }
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.CgroupFailed, $"The container could not be {(freeze ? "frozen" : "thawed")}: {e.Message}", e)
            {
                Step = "freezer",
                Advice = "See that the cgroups of the container are there and can be written to.",
            };
        }
    }

    // v1 answers FREEZING until every process has halted, and tells nobody when that is: look again, after pauses that grow. A process that was
    // born or moved in just then can have missed it, and is told when the state is written again.
    private static bool ChangeLegacy(string directory, string state)
    {
        string file = directory + "/freezer.state";
        if (Descriptors.ReadText(file).Trim() == state)
        {
            return true;
        }

        long deadline = Environment.TickCount64 + Patience;
        for (int pause = 1; ; pause = Math.Min(pause * 2, 100))
        {
            Descriptors.WriteText(file, state);
            if (Descriptors.ReadText(file).Trim() == state)
            {
                return true;
            }

            if (Environment.TickCount64 >= deadline)
            {
                return false;
            }

            CgroupFile.Pause(pause);
        }
    }

    private static LxcException Unfinished(string? unified, string? legacy, bool freeze)
    {
        if (freeze)
        {
            // Half a container must not stay halted.
            Descriptors.WriteText(legacy is null ? unified + "/cgroup.freeze" : legacy + "/freezer.state", legacy is null ? "0" : "THAWED");
        }

        return new LxcException(LxcErrorId.Timeout, $"The container was not {(freeze ? "frozen" : "thawed")} within {Patience / 1000} seconds")
        {
            Step = "freezer",
            Path = legacy ?? unified,
            Advice = freeze
                ? "A process waits in the kernel (state D in ps), most often for a device or a network file system; try again when it goes on."
                : "See whether a cgroup above the container's is frozen.",
        };
    }
}
