using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>Halts and resumes all processes of a container.</summary>
public static class ContainerFreezer
{
    /// <summary>Halts the container; false when it was halted already.</summary>
    /// <exception cref="LxcException">ContainerNotRunning, CgroupFailed or MonitorFailed.</exception>
    public static bool Freeze(string lxcPath, string name) => Change(lxcPath, name, freeze: true);

    /// <summary>Lets the container go on; false when it was not halted.</summary>
    /// <exception cref="LxcException">ContainerNotRunning, CgroupFailed or MonitorFailed.</exception>
    public static bool Thaw(string lxcPath, string name) => Change(lxcPath, name, freeze: false);

    private static bool Change(string lxcPath, string name, bool freeze)
    {
        ContainerState state = ControlClient.GetState(lxcPath, name);
        if (state is not (ContainerState.Running or ContainerState.Frozen))
        {
            throw new LxcException(LxcErrorId.ContainerNotRunning, $"Container '{name}' is not running, it is {state}")
            {
                ContainerName = name,
                Advice = "Start it with Start-LxcContainer.",
            };
        }

        if (freeze == (state == ContainerState.Frozen))
        {
            return false;
        }

        if (Processes.EffectiveUserId != 0 && ControlClient.GetLimitCgroup(lxcPath, name, "freezer") is null && ControlClient.GetLimitCgroup(lxcPath, name, string.Empty) is null)
        {
            throw new LxcException(LxcErrorId.CgroupControllerMissing, $"Container '{name}' cannot be halted: it has no cgroup of its own")
            {
                ContainerName = name,
                Step = "freezer",
                Advice = "Start it from a session whose cgroup is delegated to the user: systemd-run --user --scope -p Delegate=yes pwsh.",
            };
        }

        return TryChange(lxcPath, name, freeze) ? true : throw new LxcException(LxcErrorId.MonitorFailed, $"The monitor of container '{name}' ended before it could {(freeze ? "halt" : "resume")} it")
        {
            ContainerName = name,
        };
    }

    /// <summary>Halts a container that runs or lets it go on; false when its monitor has ended.</summary>
    /// <exception cref="LxcException">CgroupControllerMissing, CgroupFailed, Timeout or MonitorFailed.</exception>
    internal static bool TryChange(string lxcPath, string name, bool freeze)
    {
        if (freeze ? ControlClient.Freeze(lxcPath, name) : ControlClient.Unfreeze(lxcPath, name))
        {
            // LXC's monitor halts the processes in v2, and keeps the old state until it is told the new one.
            if (freeze != (ControlClient.GetState(lxcPath, name) == ContainerState.Frozen))
            {
                TellState(lxcPath, name, freeze);
            }

            return true;
        }

        // LXC's monitor leaves the freezer of v1 to whoever asks, and wants to be told what came of it.
        if (CgroupSettings.FilesOf(lxcPath, name)?.DirectoryOf("freezer") is not { } directory)
        {
            return false;
        }

        CgroupFreezer.Change(null, directory, freeze);
        TellState(lxcPath, name, freeze);
        return true;
    }

    private static void TellState(string lxcPath, string name, bool frozen)
    {
        ContainerState state = frozen ? ContainerState.Frozen : ContainerState.Thawed;
        ControlClient.ServeStateClients(lxcPath, name, state);
        StateFifo.Announce(lxcPath, name, state);
    }
}
