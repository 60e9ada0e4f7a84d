using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.Attach;

/// <summary>
/// Runs a program in a running container, under all of its confinement. Three processes:
/// <code>
/// helper       stays outside, waits, passes on the terminal and the exit code
///   entrant    joins the namespaces, in the container's cgroups, and goes on as
///   program    the helper's child (CLONE_PARENT), inside the PID namespace
/// </code>
/// The helper is also the program's parent in the eyes of PR_SET_PDEATHSIG: whoever ends the helper ends the program.
/// </summary>
public sealed partial class Attacher
{
    private const int SIGHUP = 1;
    private const int SIGTERM = 15;
    private readonly AttachRequest request;
    private readonly Reporter reporter;
    private ProcessFacts facts = null!;
    private List<byte[]> filters = [];
    private int procfs;
    private int initPidfd;
    private int devpts = -1;
    private int signals = -1;

    private Attacher(AttachRequest request, Reporter reporter)
    {
        this.request = request;
        this.reporter = reporter;
    }

    /// <summary>Runs the request; the result is the program's exit code, 128 plus the signal that ended it, or 125 to 127 when it did not run.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="ended">Whether the program ran and has ended by itself, and was reported so: the caller can run another.</param>
    public static int Run(AttachRequest request, out bool ended)
    {
        ended = false;
        using Reporter reporter = new(request.ReportDescriptor);
        try
        {
            return new Attacher(request, reporter).RunToEnd(out ended);
        }
        catch (LxcException e)
        {
            reporter.Error(e);
            return e.ErrorId == LxcErrorId.CommandNotFound ? (e.Errno == Errno.EACCES ? 126 : 127) : 125;
        }
        catch (LinuxException e)
        {
            reporter.Error(new LxcException(LxcErrorId.CommandFailed, $"The command could not be run in container '{request.Name}': {e.Message}", e)
            {
                ContainerName = request.Name,
            });
            return 125;
        }
    }

    private int RunToEnd(out bool ended)
    {
        // Its children enter the container with this program's image: nobody inside may look into them.
        Processes.SetDumpable(false);
        SignalHandling.BlockAll();
        signals = SignalHandling.OpenDescriptor(~0UL);
        int initPid = FindInit();
        facts = ReadFacts(initPid);
        (string? unified, List<string> cgroups) = CgroupsOf(initPid);
        if (facts.HasSeccomp)
        {
            filters = MountCallFilter.Before(ContainerFilter.LoadRunning(request.LxcPath, request.Name), HidesMountDescriptors());
        }

        // The container's own /proc may be anything.
        procfs = Descriptors.Open("/proc", OpenFlags.Path | OpenFlags.Directory);

        if (request.Terminal)
        {
            devpts = ControlClient.GetDevptsDescriptor(request.LxcPath, request.Name);
        }

        (int ours, int theirs) = LocalSockets.Pair();
        using SetupChannel channel = new(ours);
        int entrantPidfd = StartEntrant(unified, cgroups, ours, theirs);
        (int pidfd, int master) = AwaitProgram(channel, entrantPidfd);
        AttachRelay relay = new(pidfd, master, signals, reporter.Descriptor);
        int exitCode = relay.Run();
        if (reporter.Descriptor >= 0 && !relay.WasEnded)
        {
            // Whoever waits for the program need not wait until the kernel has taken this process down.
            reporter.Fields(ReportLine.Exit, exitCode.ToString());
        }

        foreach (int fd in (ReadOnlySpan<int>)[pidfd, master, signals, initPidfd, procfs, devpts])
        {
            Descriptors.Close(fd);
        }

        ended = !relay.WasEnded;
        return exitCode;
    }

    // As the start decides it.
    private bool HidesMountDescriptors() => facts.SecurityLabel is not (null or AppArmorName.Unconfined)
        && AppArmorPlan.HidesDescriptors(facts.Namespaces, key => ControlClient.GetConfigItem(request.LxcPath, request.Name, key));

    private int FindInit()
    {
        (int pid, initPidfd, ContainerState state) = ContainerEntrance.FindInit(request.LxcPath, request.Name);

        // What enters a halted cgroup is halted as well: on v1 not even SIGKILL would end it, and its caller would wait until the thaw.
        return state switch
        {
            ContainerState.Running => pid,
            ContainerState.Frozen or ContainerState.Freezing => throw new LxcException(LxcErrorId.ContainerFrozen,
                $"Container '{request.Name}' is suspended, and so would be a program that enters it")
            {
                ContainerName = request.Name,
                Advice = "Resume it with Resume-LxcContainer.",
            },
            _ => throw new LxcException(LxcErrorId.ContainerNotRunning, $"Container '{request.Name}' is not running")
            {
                ContainerName = request.Name,
                Advice = "Start it with Start-LxcContainer.",
            },
        };
    }

    /// <summary>The cgroup directories for a program beside init: the one of the unified hierarchy, and those of v1.</summary>
    private static (string? Unified, List<string> Legacy) CgroupsOf(int pid)
    {
        CgroupLayout layout = CgroupLayout.Read();
        string? unified = null;
        List<string> legacy = [];
        foreach (string line in Descriptors.ReadText($"/proc/{pid}/cgroup").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(':', 3);
            string controller = fields[1].Split(',')[0];
            CgroupHierarchy? hierarchy = controller.Length == 0 ? layout.Unified : layout.Find(controller);
            if (hierarchy is null || fields[2] == hierarchy.OwnPath || PlaceToEnter(hierarchy, fields[2]) is not { } place)
            {
                continue;
            }

            if (hierarchy.Version == 2)
            {
                unified = place;
            }
            else
            {
                legacy.Add(place);
            }
        }

        return (unified, legacy);
    }

    // Born in the v2 cgroup and moving itself into the others, the entrant does not wait for a grace period of the kernel's.
    private int StartEntrant(string? unified, List<string> cgroups, int ours, int theirs)
    {
        int cgroup = -1;
        try
        {
            using CgroupEntrance entrance = CgroupEntrance.Open(cgroups);
            cgroup = unified is null ? -1 : Descriptors.Open(unified, OpenFlags.ReadOnly | OpenFlags.Directory);
            return Forking.Start(0, cgroup, () =>
            {
                // The end of the helper is the end of what its children hear on the channel: they may not hold it open.
                Descriptors.Close(ours);
                return Enter(new SetupChannel(theirs), entrance);
            }).Pidfd;
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.CgroupFailed, $"The command could not join the cgroups of container '{request.Name}': {e.Message}", e)
            {
                ContainerName = request.Name,
                Step = "cgroup",
                Advice = "See whether the container is being stopped, or its cgroup is full.",
            };
        }
        finally
        {
            Descriptors.Close(cgroup);
            Descriptors.Close(theirs);
        }
    }

    private (int Pidfd, int Master) AwaitProgram(SetupChannel channel, int entrantPidfd)
    {
        Span<int> received = stackalloc int[2];
        int pidfd = -1;
        int master = -1;
        while (true)
        {
            // What enters the container may be held up there, by a freezer or by a file system of the container's: the wait can be ended.
            while (Polling.Wait(channel.Descriptor, Readiness.Readable, signals, Readiness.Readable, -1).First == Readiness.None)
            {
                if (SignalHandling.Take(signals).Signal is SIGHUP or SIGTERM)
                {
                    Abandon(entrantPidfd, pidfd);
                }
            }

            switch (channel.Receive(out string text, received, out int count))
            {
                case SetupChannel.Kind.Ready when count == 1:
                    pidfd = received[0];
                    Processes.Signal(entrantPidfd, 9);
                    break;
                case SetupChannel.Kind.Terminals when count == 1:
                    master = received[0];
                    break;
                case SetupChannel.Kind.Listener when count == 1:
                    // Where the monitor does not take it, the kernel answers ENOSYS once nobody has it.
                    ControlClient.AddSeccompListener(request.LxcPath, request.Name, received[0]);
                    Descriptors.Close(received[0]);
                    break;
                case SetupChannel.Kind.Error:
                    LxcException error = ReportLine.ToException(ReportLine.Split(text));
                    throw new LxcException(error.ErrorId, error.Message, error)
                    {
                        ContainerName = request.Name, Step = error.Step, Call = error.Call, Errno = error.Errno, Path = error.Path, Advice = error.Advice,
                    };
                case SetupChannel.Kind.Closed when pidfd >= 0:
                    Processes.Wait(entrantPidfd);
                    Descriptors.Close(entrantPidfd);
                    reporter.State(ContainerState.Running, 0);
                    return (pidfd, master);
                default:
                    throw new LxcException(LxcErrorId.CommandFailed, $"The process that enters container '{request.Name}' ended unexpectedly")
                    {
                        ContainerName = request.Name,
                        Advice = "See whether the container was stopped at this moment, or its memory limit is reached.",
                    };
            }
        }
    }

    // Not waited for: a process that the freezer holds dies when it is thawed.
    private void Abandon(int entrantPidfd, int pidfd)
    {
        Processes.Signal(entrantPidfd, 9);
        if (pidfd >= 0)
        {
            Processes.Signal(pidfd, 9);
        }

        throw new LxcException(LxcErrorId.Canceled, $"The command was ended before it ran in container '{request.Name}'") { ContainerName = request.Name };
    }

    private int Enter(SetupChannel channel, CgroupEntrance entrance)
    {
        try
        {
            Processes.SetParentDeathSignal(9);
            channel.ExitIfAbandoned();

            // The copy of this process alone: the end of the report is the helper's end, whatever holds this one up.
            reporter.Dispose();
            entrance.Enter();
            entrance.Dispose();
            facts.PrepareInheritance();
            Processes.JoinNamespaces(initPidfd, facts.Namespaces, $"init of {request.Name}");

            // Cleared by joining a user namespace of another user's.
            Processes.SetParentDeathSignal(9);
            channel.ExitIfAbandoned();
            Forking.ContinueAsSibling(() => channel.Send(SetupChannel.Kind.Ready, descriptors: [Processes.OpenPidfd(Processes.CurrentId)]));
        }
        catch (LxcException e)
        {
            channel.Send(SetupChannel.Kind.Error, ReportLine.OfError(e));
            return 125;
        }
        catch (LinuxException e)
        {
            channel.Send(SetupChannel.Kind.Error, ReportLine.OfError(new LxcException(LxcErrorId.NamespaceFailed,
                $"Container '{request.Name}' could not be entered: {e.Message}", e)
            {
                Step = "namespaces",
                Advice = "Entering needs the rights of whoever started the container.",
            }));
            return 125;
        }

        return new AttachedProgram(request, facts, filters, procfs, devpts, channel).Run();
    }
}
