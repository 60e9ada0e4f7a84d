using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Network;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// The child's part of a start: from the clone to the exec of init. It runs inside the container's namespaces, where everything the
/// container wrote is hostile.
/// </summary>
internal sealed partial class ContainerSetup
{
    private readonly LaunchPlan plan;
    private readonly SetupChannel channel;
    private readonly IReadOnlyList<byte[]> filters;
    private readonly bool keepStandardStreams;
    private readonly MonitorLog? log;
    private AppArmorLabel? label;
    private SelinuxLabel? selinux;
    private string step = "clone";
    private string errorId = LxcErrorId.StartFailed;
    private string? key;

    /// <summary>Prepares the child's part in the monitor, before the clone.</summary>
    /// <param name="plan">What to do.</param>
    /// <param name="channel">The child's end of the channel.</param>
    /// <param name="filters">The compiled seccomp filters.</param>
    /// <param name="keepStandardStreams">Whether init gets the monitor's standard streams rather than the console.</param>
    /// <param name="log">Told each step until the container is confined; or null.</param>
    internal ContainerSetup(LaunchPlan plan, SetupChannel channel, IReadOnlyList<byte[]> filters, bool keepStandardStreams, MonitorLog? log)
    {
        this.log = log;
        this.plan = plan;
        this.channel = channel;
        this.filters = filters;
        this.keepStandardStreams = keepStandardStreams;
    }

    /// <summary>Sets the container up and becomes its init. Returns an exit code when that failed or when the minimal init has ended.</summary>
    internal int Run()
    {
        try
        {
            return SetUpAndExecute();
        }
        catch (LxcException e)
        {
            return Fail(e);
        }
        catch (LinuxException e)
        {
            return Fail(new LxcException(errorId, $"The step '{step}' failed: {e.Message}", e)
            {
                Step = step,
                ConfigKey = key,
                Advice = AdviceFor(e),
            });
        }
    }

    private int SetUpAndExecute()
    {
        Processes.SetParentDeathSignal(plan.ParentDeathSignal);
        if (plan.AppArmor is not null)
        {
            // The host's /proc, which nothing in the container can have replaced.
            Begin("AppArmor", LxcErrorId.ConfinementFailed, "lxc.apparmor.profile");
            label = AppArmorLabel.Open(Descriptors.CurrentDirectory, "/proc/self");
        }

        if (plan.SelinuxContext is not null || plan.SelinuxKeyringContext is not null)
        {
            Begin("SELinux", LxcErrorId.ConfinementFailed, "lxc.selinux.context");
            selinux = SelinuxLabel.Open(Descriptors.CurrentDirectory, "/proc/self");
        }

        if (plan.TimeNamespace)
        {
            // Before the identity changes: the file belongs to the host's root.
            Begin("time namespace", LxcErrorId.NamespaceFailed, plan.TimeOffsets.Length == 0 ? "lxc.namespace.clone" : "lxc.time.offset");
            TimeOffset.Enter(plan.TimeOffsets);
        }

        channel.Expect(SetupChannel.Kind.Maps);
        if (plan.IsRootless)
        {
            OpenOwnMounts();
        }

        if (plan.HasUserNamespace)
        {
            Begin("identity", LxcErrorId.IdMapFailed, "lxc.idmap");
            Processes.SetIdentity(0, 0, []);

            // Now the container's root could look into it, were it not for this: it is a copy of the monitor until it executes init.
            Processes.SetDumpable(false);
        }

        // The change of identity cleared it; whoever lost its monitor in between reads the end of the channel below.
        Processes.SetParentDeathSignal(plan.ParentDeathSignal);
        Processes.NewSession();
        FileTree.SetMask(0x12);

        int root = MountRootfs();
        using ContainerDevices devices = new(plan, channel, root);
        MountTree(root, devices);

        Begin("cgroup", LxcErrorId.CgroupFailed, "lxc.mount.auto");
        if (!plan.IsRootless)
        {
            EnterCgroups();
        }

        if (plan.CgroupNamespace && (plan.SharedFlags & Processes.CLONE_NEWCGROUP) == 0)
        {
            Processes.Unshare(Processes.CLONE_NEWCGROUP);
        }

        CgroupMounts.Mount(plan, root);

        Begin("pivot_root", LxcErrorId.RootfsFailed, "lxc.rootfs.path");
        if (plan.Rootfs is not null)
        {
            FileTree.ChangeDirectory(root);
            MountCalls.PivotToWorkingDirectory();
            FileTree.ChangeDirectory("/");

            // As with LXC: init finds the propagation that it finds on a machine, where systemd sets it and in a container leaves it.
            MountCalls.SetPropagation("/", MountCalls.PropagationShared, recursive: true);
        }

        Descriptors.Close(root);
        Prepare();

        int console = devices.SendTerminals();
        Begin("network", LxcErrorId.NetworkFailed, "lxc.net");
        channel.Expect(SetupChannel.Kind.Network);
        if (!plan.Network.HostNetwork && (plan.Namespaces & Processes.CLONE_NEWNET) != 0)
        {
            ContainerNetwork.Configure(plan.Network, plan.IsRootless);
        }

        // Sysctls of an interface exist once the interface does.
        ProcessSettings.WriteParameters(plan);
        HookRunner.RunInContainer(plan, "start");
        return Execute(console);
    }

    private void EnterCgroups()
    {
        using CgroupEntrance entrance = CgroupEntrance.Receive(channel);
        entrance.Enter();
    }

    private void Begin(string name, string id, string configKey)
    {
        step = name;
        errorId = id;
        key = configKey;
        log?.Write(LogLevel.Debug, name, $"The container's side of the start comes to {configKey}");
    }

    private string AdviceFor(LinuxException e) => (step, e.Number) switch
    {
        ("exec", Errno.ENOENT) => "The file, or the interpreter or dynamic loader it names, is missing in the container: correct lxc.init.cmd or install an init.",
        ("exec", Errno.EACCES) => "The file is not executable in the container: see its mode, and that its file system is not mounted noexec.",
        ("seccomp", Errno.EBUSY) => SeccompFilter.BusyAdvice,
        ("time namespace", Errno.ERANGE or Errno.EINVAL) => "The clock must stay positive and below 146 years with the offset: correct lxc.time.offset.*.",
        ("time namespace", _) => "The kernel must have time namespaces (CONFIG_TIME_NS, Linux 5.6 and later).",
        ("exec", Errno.ENOEXEC) => "The file is no program of this machine's architecture.",
        _ => $"See {key} in the container's configuration.",
    };

    private int Fail(LxcException e)
    {
        try
        {
            channel.Send(SetupChannel.Kind.Error, ReportLine.OfError(e));
        }
        catch (LinuxException)
        {
            // The monitor is gone, and with it everybody who could be told; the exit code is all that is left.
            return 254;
        }

        return 255;
    }
}
