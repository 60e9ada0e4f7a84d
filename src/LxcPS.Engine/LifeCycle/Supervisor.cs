using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Console;
using LxcPS.Engine.Operations;
using LxcPS.Engine.KernelLog;
using LxcPS.Engine.Network;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Seccomp;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// The monitor of one container: starts it, keeps it company, answers for it on the command socket, and takes down what it made
/// (architecture: "The life of a container"). Once the container has run for a moment it is two processes: the keeper and the watcher.
/// </summary>
public sealed partial class Supervisor
{
    private readonly MonitorRequest request;
    private readonly Reporter reporter;
    private PollSet poll = new();
    private readonly UndoStack undo = new();
    private LaunchPlan plan = null!;
    private ControlServer server = null!;
    private ContainerCgroups? cgroups;
    private RuntimeRecord? record;
    private ConsoleRelay? console;
    private string callerLabel = AppArmorName.Unconfined;
    private SeccompNotifier? notifier;
    private KernelLogServer? kernelLog;
    private int initPid;
    private int initPidfd = -1;
    private int devpts = -1;
    private bool mayBeReplaced;
    private bool hasOwnMounts;
    private int signals = -1;
    private int rights = -1;
    private readonly List<int> ttys = [];

    private Supervisor(MonitorRequest request, Reporter reporter)
    {
        this.request = request;
        this.reporter = reporter;
    }

    /// <summary>Runs a container from start to stop; the result is the exit code of its init.</summary>
    public static int Run(MonitorRequest request)
    {
        if (request.Detach)
        {
            // Whoever started the monitor reaps what it started at once; the monitor is its child, and then nobody's.
            Forking.ContinueAsChild(-1);
        }

        return RunReported(request);
    }

    private static int RunReported(MonitorRequest request)
    {
        using Reporter reporter = new(request.ReportDescriptor);
        Supervisor supervisor = new(request, reporter);
        try
        {
            return supervisor.RunToEnd();
        }
        catch (LxcException e)
        {
            reporter.Error(e.ContainerName is null ? WithName(e, request.Name) : e);
            return e.ErrorId == LxcErrorId.CommandNotFound ? (e.Errno == Errno.EACCES ? 126 : 127) : 125;
        }
        catch (LinuxException e)
        {
            reporter.Error(WithName(new LxcException(LxcErrorId.StartFailed, $"The start failed: {e.Message}", e), request.Name));
            return 125;
        }
    }

    private static LxcException WithName(LxcException e, string name) => new(e.ErrorId, e.Message, e.InnerException)
    {
        ContainerName = name,
        Step = e.Step,
        Call = e.Call,
        Errno = e.Errno,
        Path = e.Path,
        ConfigKey = e.ConfigKey,
        Line = e.Line,
        Advice = e.Advice,
    };

    private int RunToEnd()
    {
        if (Processes.EffectiveUserId == 0)
        {
            // Nobody but root may look into this process: its children are copies of it, and they enter containers. A user's is open to himself
            // alone, as all that he runs; newuidmap and the writing of maps take a process that is.
            Processes.SetDumpable(false);
            callerLabel = MonitorProfile.Enter();
        }

        SignalHandling.BlockAll();
        signals = SignalHandling.OpenDescriptor(~0UL);
        poll.Add(signals, Readiness.Readable);
        server = ControlServer.Open(request.LxcPath, request.Name, poll, this);

        // What LXC's monitor is called, by which scripts find it. A kernel that cannot shows the command line, which has the same in it.
        ProcessTitle.TrySet($"[lxc monitor] {request.LxcPath} {request.Name}");
        try
        {
            RuntimeRecord.Clear(request.LxcPath, request.Name, Processes.EffectiveUserId == 0 ? null : UserCgroups.RemoveBelow);
            ExitStatus exit;
            do
            {
                // The log comes with the configuration.
                server.SetState(ContainerState.Starting);
                exit = RunOnce();
            }
            while (IsReboot(exit));

            RemoveEphemeral();

            // The name is free before anybody hears of the end: whoever waits for it may start the container again.
            server.StopListening();
            EnterState(ContainerState.Stopped);
            if (IsAttended)
            {
                reporter.State(ContainerState.Stopped, exit.ExitCode);
            }

            return exit.ExitCode;
        }
        finally
        {
            server.Dispose();
        }
    }

    /// <summary>Whether somebody waits for the end of the container.</summary>
    private bool IsAttended => request.Foreground || request.Command.Count > 0;

    /// <summary>Whether init has the monitor's standard streams: pipes and files are handed on, a terminal of the host's never is.</summary>
    private bool KeepsStreams => IsAttended && !Descriptors.IsTerminal(0) && !Descriptors.IsTerminal(1) && !Descriptors.IsTerminal(2);

    private bool IsReboot(ExitStatus exit) => exit.Signaled && exit.Value == 1 /* SIGHUP: reboot(2) in a PID namespace */ && request.Command.Count == 0;

    // This program is the helper.
    private ContainerStore Store => new(request.LxcPath) { Helper = new HelperProgram("/proc/self/exe") };

    private ExitStatus RunOnce()
    {
        try
        {
            // Another session may have removed it since this one saw it: the store tells that from a file that cannot be read.
            ContainerConfig config = Store.LoadConfig(request.Name);
            MonitorRequest.Apply(config, request.Settings);
            OpenLog(config);
            plan = LaunchPlanner.Plan(request, config, callerLabel, reporter.Warning);
            UnshareMounts();
            RunPreStartHooks(config);
            reporter.ThrowIfAbandoned();
            Launch();
        }
        catch
        {
            EnterState(ContainerState.Aborting);
            TakeDown();
            throw;
        }

        EnterState(ContainerState.Running);
        reporter.State(ContainerState.Running, initPid);
        if (!IsAttended)
        {
            reporter.Dispose();
        }

        ExitStatus exit;
        try
        {
            exit = Watch();
        }
        catch
        {
            TakeDown();
            throw;
        }

        bool reboots = IsReboot(exit);
        string target = $"LXC_TARGET={(reboots ? "reboot" : "stop")}";
        mayBeReplaced = request.Detach && !reboots;
        try
        {
            RunStopHooks(target);
        }
        finally
        {
            TakeDown();
        }

        RunEndHooks("post-stop", [target]);
        return exit;
    }

    // A reboot reads the configuration again.
    private void OpenLog(ContainerConfig config)
    {
        reporter.Log?.Dispose();
        reporter.Log = null;
        reporter.Log = MonitorLog.Open(config, request.LxcPath, request.Name, reporter.Warning);
        reporter.Log?.Write(LogLevel.Info, "start", $"The container in {request.LxcPath} is STARTING");
    }

    private void EnterState(ContainerState state)
    {
        reporter.Log?.Write(LogLevel.Info, "start", $"The container is {state.ToString().ToUpperInvariant()}");
        server.SetState(state);
    }

    // What hooks of the host mount is then the container's affair alone, and goes with the monitor; what the host mounts still appears.
    private void UnshareMounts()
    {
        if (plan.Config.Get("lxc.monitor.unshare") is { Length: > 0 } value && value != "0" && !hasOwnMounts)
        {
            Processes.Unshare(Processes.CLONE_NEWNS);
            MountCalls.SetPropagation("/", MountCalls.PropagationSlave, recursive: true);
            hasOwnMounts = true;
        }
    }

    // While the name on the command socket is still the monitor's, so that nobody starts what is going.
    private void RemoveEphemeral()
    {
        if (!plan.IsEphemeral)
        {
            return;
        }

        try
        {
            ContainerRemover.RemoveEnded(Store, request.Name);
        }
        catch (LxcException e)
        {
            reporter.Warning(e.Message);
        }
    }
}
