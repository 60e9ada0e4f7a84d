using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Console;
using LxcPS.Engine.Network;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// The monitor of one container: starts it, keeps it company, answers for it on the command socket, and takes down what it made
/// (architecture: "The life of a container").
/// </summary>
public sealed partial class Supervisor
{
    private readonly MonitorRequest request;
    private readonly Reporter reporter;
    private readonly PollSet poll = new();
    private readonly UndoStack undo = new();
    private LaunchPlan plan = null!;
    private ControlServer server = null!;
    private ContainerCgroups? cgroups;
    private RuntimeRecord? record;
    private ConsoleRelay? console;
    private int initPid;
    private int initPidfd = -1;
    private int devpts = -1;
    private bool mayBeReplaced;
    private int signals = -1;
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
            Forking.Start(0, -1, () => RunReported(request));
            Processes.Exit(0);
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
        RequireRoot();
        // Nobody but root may look into this process: its children are copies of it, and they enter containers.
        Processes.SetDumpable(false);
        SignalHandling.BlockAll();
        signals = SignalHandling.OpenDescriptor(~0UL);
        poll.Add(signals, Readiness.Readable);
        server = ControlServer.Open(request.LxcPath, request.Name, poll, this);
        try
        {
            RuntimeRecord.Clear(request.LxcPath, request.Name);
            ExitStatus exit;
            do
            {
                server.SetState(ContainerState.Starting);
                exit = RunOnce();
            }
            while (IsReboot(exit));

            // The name is free before anybody hears of the end: whoever waits for it may start the container again.
            server.StopListening();
            server.SetState(ContainerState.Stopped);
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

    // Ids, cgroups and id-mapped mounts all need it: said once, rather than by whichever call is refused first.
    private void RequireRoot()
    {
        if (Processes.EffectiveUserId != 0)
        {
            throw new LxcException(LxcErrorId.PermissionDenied, $"Container '{request.Name}' cannot be started: this version starts containers for root only")
            {
                Step = "privileges",
                Errno = Errno.EPERM,
                Advice = "Run the session as root, with sudo for example. The container itself is unprivileged unless it was made with -Privileged.",
            };
        }
    }

    /// <summary>Whether somebody waits for the end of the container.</summary>
    private bool IsAttended => request.Foreground || request.Command.Count > 0;

    /// <summary>Whether init has the monitor's standard streams: pipes and files are handed on, a terminal of the host's never is.</summary>
    private bool KeepsStreams => IsAttended && !Descriptors.IsTerminal(0);

    private bool IsReboot(ExitStatus exit) => exit.Signaled && exit.Value == 1 /* SIGHUP: reboot(2) in a PID namespace */ && request.Command.Count == 0;

    private ExitStatus RunOnce()
    {
        try
        {
            ContainerConfig config = ContainerConfig.Load(Path.Combine(request.LxcPath, request.Name, "config"));
            foreach (string setting in request.Settings)
            {
                int equals = setting.IndexOf('=');
                config.Set(setting[..equals].Trim(), setting[(equals + 1)..].Trim());
            }

            plan = LaunchPlanner.Plan(request, config);
            HookRunner.Run(plan, "pre-start", abandoned: reporter.Descriptor);
            reporter.ThrowIfAbandoned();
            Launch();
        }
        catch
        {
            server.SetState(ContainerState.Aborting);
            TakeDown();
            throw;
        }

        server.SetState(ContainerState.Running);
        reporter.State(ContainerState.Running, initPid);
        if (!IsAttended)
        {
            reporter.Dispose();
        }

        ExitStatus exit = Watch();
        server.SetState(ContainerState.Stopping);
        console?.Drain();
        bool reboots = IsReboot(exit);
        string target = reboots ? "reboot" : "stop";
        mayBeReplaced = request.Detach && !reboots;
        try
        {
            RunEndHook("stop", target);
        }
        finally
        {
            TakeDown();
        }

        RunEndHook("post-stop", target);
        return exit;
    }

    private void RunEndHook(string type, string target)
    {
        try
        {
            HookRunner.Run(plan, type, extra: [$"LXC_TARGET={target}"]);
        }
        catch (LxcException e)
        {
            // The container has ended whatever its hook says: the failure is told, and the rest is taken down.
            reporter.Warning(e.Message);
        }
    }

    private void Launch()
    {
        byte[]? seccomp = plan.SeccompPolicy is null ? null : SeccompCache.Load(plan.SeccompPolicy, reporter.Warning);
        HostNetwork.ResolveGateways(plan.Network);
        Directory.CreateDirectory(plan.RootfsMount);
        record = RuntimeRecord.Create(plan.LxcPath, plan.Name);
        undo.Push("record", record.Delete);
        cgroups = ContainerCgroups.Create(CgroupLayout.Read(), plan.Cgroups, monitorLater: true);
        undo.Push("cgroups", RemoveCgroups);
        record.AddCgroups(cgroups.Directories);
        record.Save();
        (int ours, int theirs) = LocalSockets.Pair();
        using SetupChannel channel = new(ours);
        StartChild(theirs, seccomp);
        reporter.ThrowIfAbandoned();

        int userNamespace = -1;
        try
        {
            if (plan.HasUserNamespace)
            {
                IdMapWriter.Write(initPid, plan.IdMaps);
                userNamespace = Descriptors.Open($"/proc/{initPid}/ns/user", OpenFlags.ReadOnly);
            }

            channel.Send(SetupChannel.Kind.Maps);
            SendMounts(channel, userNamespace);
        }
        finally
        {
            Descriptors.Close(userNamespace);
        }

        // The child moves itself at the message: moved by the monitor it would wait for a grace period of the kernel's.
        cgroups.ApplyLimits(CgroupSettings());
        foreach (string warning in cgroups.Warnings)
        {
            reporter.Warning(warning);
        }

        cgroups.Delegate(plan.HasUserNamespace ? plan.RootUserId : 0, plan.HasUserNamespace ? plan.RootGroupId : 0);
        WriteProcSettings();
        channel.Send(SetupChannel.Kind.Cgroups);

        Await(channel, SetupChannel.Kind.Terminals);
        CreateNetwork();
        channel.Send(SetupChannel.Kind.Network);
        Await(channel, SetupChannel.Kind.Ready);
        HookRunner.Run(plan, "start-host", abandoned: reporter.Descriptor);
        reporter.ThrowIfAbandoned();
        channel.Send(SetupChannel.Kind.Go);
        Await(channel, SetupChannel.Kind.Closed);
    }

    private void CreateNetwork()
    {
        // A container that keeps the host's namespace must not have its devices there.
        if ((plan.Namespaces & Processes.CLONE_NEWNET) == 0)
        {
            return;
        }

        foreach (string name in HostNetwork.Create(plan.Network, initPid))
        {
            record!.AddInterface(name);
            undo.Push("interface " + name, () => RemoveInterface(name));
        }

        record!.Save();
    }

    private void StartChild(int theirs, byte[]? seccomp)
    {
        int unified = cgroups!.OpenUnified();
        using CgroupEntrance entrance = cgroups.OpenEntrance(skipUnified: unified >= 0);
        try
        {
            using SetupChannel childEnd = new(theirs);
            ContainerSetup setup = new(plan, childEnd, entrance, seccomp, KeepsStreams);
            (initPid, initPidfd) = Forking.Start(plan.Namespaces, unified, setup.Run);
        }
        finally
        {
            Descriptors.Close(unified);
        }

        undo.Push("init", EndInit);
        poll.Add(initPidfd, Readiness.Readable);
    }

    private void SendMounts(SetupChannel channel, int userNamespace)
    {
        Span<int> fd = stackalloc int[1];
        int mapping = plan.IdMapRootfs ? userNamespace : -1;
        if (plan.Rootfs is not null)
        {
            fd[0] = plan.Rootfs.Open(mapping, plan.RootUserId, plan.RootfsAttributes);
            channel.Send(SetupChannel.Kind.Mount, descriptors: fd);
            Descriptors.Close(fd[0]);
        }

        foreach (MountEntry entry in plan.Mounts)
        {
            if (!PreparedMounts.IsPrepared(entry))
            {
                continue;
            }

            try
            {
                fd[0] = PreparedMounts.Open(entry, userNamespace, plan.IdMapRootfs, plan.RootUserId);
            }
            catch (LinuxException) when (entry.IsOptional)
            {
                channel.Send(SetupChannel.Kind.NoMount);
                continue;
            }
            catch (LinuxException e)
            {
                throw new LxcException(LxcErrorId.MountFailed, $"The mount entry '{entry.Text}' failed: {e.Message}", e)
                {
                    Step = "mount",
                    ConfigKey = "lxc.mount.entry",
                    Advice = "See that the source exists, or add optional to the options.",
                };
            }

            channel.Send(SetupChannel.Kind.Mount, descriptors: fd);
            Descriptors.Close(fd[0]);
        }
    }

    /// <summary>Waits for a message of the child; an error of the child's, or its death, is thrown.</summary>
    private void Await(SetupChannel channel, SetupChannel.Kind expected)
    {
        Span<int> descriptors = stackalloc int[8];
        int outstanding = -1;
        while (true)
        {
            // A reader that goes away cancels: the child is ended by the undo of its start.
            (_, Readiness abandoned) = Polling.Wait(channel.Descriptor, Readiness.Readable, reporter.Descriptor, Readiness.None, -1);
            if ((abandoned & Readiness.Error) != 0)
            {
                throw new LxcException(LxcErrorId.Canceled, "The start was canceled");
            }

            SetupChannel.Kind kind = channel.Receive(out string text, descriptors, out int received);
            switch (kind)
            {
                case SetupChannel.Kind.Warning:
                    reporter.Warning(text);
                    continue;
                case SetupChannel.Kind.Error:
                    throw ReportLine.ToException(ReportLine.Split(text));
                case SetupChannel.Kind.Terminals when expected == kind:
                    outstanding = TakeTerminals(text, descriptors[..received], outstanding);
                    if (outstanding > 0)
                    {
                        continue;
                    }

                    return;
                case SetupChannel.Kind.Closed when expected != kind:
                    throw new LxcException(LxcErrorId.StartFailed, "The process that sets up the container ended unexpectedly")
                    {
                        Step = "setup",
                        Advice = "It may have been killed: see the kernel log for an out-of-memory kill, and the memory limit of the container.",
                    };
                default:
                    if (kind == expected)
                    {
                        return;
                    }

                    throw new LxcException(LxcErrorId.StartFailed, $"The process that sets up the container sent {kind} where {expected} was due");
            }
        }
    }

    private int TakeTerminals(string text, ReadOnlySpan<int> received, int outstanding)
    {
        string[] counts = text.Split(' ');
        int next = 0;
        if (outstanding < 0)
        {
            outstanding = int.Parse(counts[0]);
            if (counts[1] == "1")
            {
                devpts = received[next++];
                undo.Push("devpts", () => CloseDescriptor(ref devpts));
            }

            if (counts[2] == "1")
            {
                console = new ConsoleRelay(poll, received[next++], plan.ConsoleBuffer, plan.ConsoleLog, IsAttended && !KeepsStreams);
                undo.Push("console", CloseConsole);
            }
        }

        while (next < received.Length)
        {
            ttys.Add(received[next++]);
        }

        return outstanding - received.Length;
    }

    private IEnumerable<(string Key, string Value)> CgroupSettings()
    {
        foreach (ConfigEntry entry in plan.Config.Entries)
        {
            if (entry.Key.StartsWith("lxc.cgroup", StringComparison.Ordinal) && !entry.Key.StartsWith("lxc.cgroup.dir", StringComparison.Ordinal)
                && entry.Key != "lxc.cgroup.relative")
            {
                yield return (entry.Key, entry.Value);
            }
        }
    }

    // The monitor's to write: the child's files of /proc belong to the host's root until it executes init.
    private void WriteProcSettings()
    {
        foreach (ConfigEntry entry in plan.Config.WithPrefix("lxc.proc."))
        {
            string file = entry.Key["lxc.proc.".Length..];
            try
            {
                Descriptors.WriteText($"/proc/{initPid}/{file}", entry.Value);
            }
            catch (LinuxException e)
            {
                throw new LxcException(LxcErrorId.StartFailed, $"The setting '{entry.Key} = {entry.Value}' was refused: {e.Message}", e)
                {
                    Step = "settings",
                    ConfigKey = entry.Key,
                    Line = entry.Line,
                    Advice = "Correct the value; lowering oom_score_adj needs CAP_SYS_RESOURCE on the host.",
                };
            }
        }
    }
}
