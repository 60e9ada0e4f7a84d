using System.Globalization;
using LxcPS.Engine.Attach;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>
/// Tries things under an AppArmor profile: each in a process of its own, once without the profile and once with it, so that what other rights
/// refuse is told apart. For a running container a child joins its namespaces, but not its processes and cgroups, with the rights of its root.
/// Seccomp filters and cgroups are not asked.
/// </summary>
public sealed class ProfileProbe
{
    /// <summary>The kind of report line that tells of a try: kind, item, access, the errno with and without the profile, the process.</summary>
    internal const string ReportKind = "try";

    /// <summary>The kind of report line that tells the label.</summary>
    internal const string LabelKind = "label";

    private const ulong Joined = Processes.CLONE_NEWUSER | Processes.CLONE_NEWNS | Processes.CLONE_NEWNET | Processes.CLONE_NEWIPC | Processes.CLONE_NEWUTS;

    private readonly ProbeRequest request;
    private readonly Reporter reporter;
    private int procfs;

    private ProfileProbe(ProbeRequest request, Reporter reporter)
    {
        this.request = request;
        this.reporter = reporter;
    }

    /// <summary>Carries the request out; the result is 0, or 125 when it failed.</summary>
    public static int Run(ProbeRequest request)
    {
        using Reporter reporter = new(request.ReportDescriptor);
        ProfileProbe probe = new(request, reporter);
        return probe.Guard(probe.RunToEnd);
    }

    private int Guard(Func<int> work) => reporter.Guard(work, e => new LxcException(LxcErrorId.ConfinementFailed, $"The profile could not be tried: {e.Message}", e)
    {
        ContainerName = request.Name,
        Step = "probe",
        Advice = "Run the session as root.",
    });

    private int RunToEnd()
    {
        // Its children enter the container with this program's image: nobody inside may look into them.
        Processes.SetDumpable(false);

        // The container's own /proc may be anything.
        procfs = Descriptors.Open("/proc", OpenFlags.Path | OpenFlags.Directory);
        ProcessFacts? facts = null;
        int pidfd = -1;
        if (request.Name is { } name)
        {
            int pid = ControlClient.GetInitPid(request.LxcPath, name);
            pidfd = pid > 0 ? Processes.OpenPidfd(pid) : -1;

            // Asked last, so that it is true of this init: while it is being started it lacks its label.
            if (pid <= 0 || ControlClient.GetState(request.LxcPath, name) is not (ContainerState.Running or ContainerState.Frozen or ContainerState.Freezing))
            {
                throw new LxcException(LxcErrorId.ContainerNotRunning, $"Container '{name}' is just starting or stopping")
                {
                    ContainerName = name,
                    Advice = "Try again when it runs or has stopped.",
                };
            }

            facts = ProcessFacts.Read(pid);
        }

        string label = request.Label ?? facts?.SecurityLabel ?? AppArmorName.Unconfined;
        reporter.Fields(LabelKind, label);
        int child = Forking.Start(0, -1, () => Guard(() => TryAll(label, facts, pidfd))).Pidfd;
        return Processes.Wait(child).ExitCode;
    }

    private int TryAll(string label, ProcessFacts? facts, int pidfd)
    {
        Processes.SetParentDeathSignal(9);
        Processes.NewSession();
        if (facts is null)
        {
            Processes.Unshare(Processes.CLONE_NEWNS);
        }
        else
        {
            Processes.JoinNamespaces(pidfd, facts.Namespaces & Joined, $"init of {request.Name}");
            if ((facts.Namespaces & Processes.CLONE_NEWUSER) != 0)
            {
                Processes.SetIdentity(0, 0, []);
                Processes.SetParentDeathSignal(9);
            }

            // A mount namespace takes a capability that the container's root may lack.
            Processes.Unshare(Processes.CLONE_NEWNS);
            Capabilities.LimitBounding(facts.BoundingCapabilities);
        }

        MountCalls.SetPropagation("/", MountCalls.PropagationPrivate, recursive: true);
        foreach (ProbeItem item in request.Items)
        {
            (int without, _) = Try(item, null, facts);
            (int with, int pid) = Try(item, label, facts);
            reporter.Fields(ReportKind, item.Kind.ToString(), item.Item, item.Access, with.ToString(CultureInfo.InvariantCulture),
                without.ToString(CultureInfo.InvariantCulture), pid.ToString(CultureInfo.InvariantCulture));
        }

        return 0;
    }

    private (int Errno, int Pid) Try(ProbeItem item, string? label, ProcessFacts? facts)
    {
        (int pid, int pidfd) = Forking.Start(0, -1, () => Guard(() =>
        {
            Processes.SetParentDeathSignal(9);
            AppArmorLabel? way = label is null or AppArmorName.Unconfined ? null : AppArmorLabel.Open(procfs, "self");

            // A mount is tried in a namespace of its own, which is not the profile's business.
            if (item.Kind == ProfileItemKind.Mount)
            {
                Processes.Unshare(Processes.CLONE_NEWNS);
            }

            if (facts is not null)
            {
                Capabilities.Limit(facts.BoundingCapabilities);
            }

            way?.Set(label!);
            return item.Try();
        }));
        try
        {
            // A signal is the end of a program that may be executed.
            ExitStatus exit = Processes.Wait(pidfd);
            return exit.Signaled ? (0, pid) : exit.Value == 125 ? throw new LxcException(LxcErrorId.ConfinementFailed, "A try ended without an answer") : (exit.Value, pid);
        }
        finally
        {
            Descriptors.Close(pidfd);
        }
    }
}
