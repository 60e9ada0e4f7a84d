using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Console;
using LxcPS.Engine.Hooks;
using LxcPS.Engine.Network;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>The monitor's part of a start.</content>
public sealed partial class Supervisor
{
    private void Launch()
    {
        byte[]? seccomp = ContainerFilter.Load(plan.Config.Get, reporter.Warning);
        PrepareNotifier(seccomp);
        List<byte[]> filters = MountCallFilter.Before(seccomp, plan.AppArmor?.HidesMountDescriptors == true);
        HostNetwork.ResolveGateways(plan.Network);
        Directory.CreateDirectory(plan.RootfsMount);
        record = RuntimeRecord.Create(plan.LxcPath, plan.Name);
        undo.Push("record", record.Delete);
        LoadProfile();
        cgroups = ContainerCgroups.Begin(plan.CgroupLayout, plan.Cgroups, directories =>
        {
            record!.AddMaking(directories);
            record.Save();
        });
        undo.Push("cgroups", RemoveCgroups);
        RecordCgroups();
        (int ours, int theirs) = LocalSockets.Pair();
        using SetupChannel channel = new(ours);
        StartChild(ours, theirs, filters);
        poll.Add(channel.Descriptor, Readiness.Readable);
        setupDescriptor = channel.Descriptor;
        if (reporter.Descriptor >= 0)
        {
            poll.Add(reporter.Descriptor, Readiness.None);
        }

        try
        {
            SetUp(channel);
        }
        finally
        {
            poll.Remove(channel.Descriptor);
            setupDescriptor = -1;
            if (reporter.Descriptor >= 0)
            {
                poll.Remove(reporter.Descriptor);
            }
        }
    }

    private void LoadProfile()
    {
        if (plan.AppArmor is { Profile: not null } confinement)
        {
            record!.AddProfile(confinement.Profile, confinement.Namespace);
            record.Save();
            undo.Push("AppArmor profile", () => AppArmorPlan.Unload(confinement.Profile, confinement.Namespace));
            confinement.Load();
        }
    }

    private void SetUp(SetupChannel channel)
    {
        int userNamespace = -1;
        try
        {
            if ((plan.Namespaces & Processes.CLONE_NEWUSER) != 0)
            {
                IdMapWriter.Write(initPid, plan.IdMaps);
            }

            if (plan.IsRootless && (plan.Namespaces & Processes.CLONE_NEWNET) != 0)
            {
                // Now: once the child has another identity, the user may not look into it, and the program asks for that.
                UserNetwork.Create(plan.LxcPath, plan.Name, plan.Network, initPid);
            }

            Tell(channel, SetupChannel.Kind.Maps);
            if (!plan.IsRootless)
            {
                userNamespace = plan.HasUserNamespace ? Descriptors.Open($"/proc/{initPid}/ns/user", OpenFlags.ReadOnly) : -1;
                SendMounts(channel, userNamespace);
            }
        }
        finally
        {
            Descriptors.Close(userNamespace);
        }

        // While the child mounts.
        MakeCgroups();
        if (!plan.IsRootless)
        {
            // Root's to write, like all files of the child's in /proc until it executes init.
            ProcessSettings.ApplyProc(plan, $"{initPid}");
        }

        SendEntrance(channel);
        CreateNetwork();
        Tell(channel, SetupChannel.Kind.Network);

        Await(channel, SetupChannel.Kind.Terminals);
        bool isFinished = !HookRunner.Has(plan, "start-host") && !ProcessSettings.HasLimits(plan);
        if (isFinished)
        {
            Tell(channel, SetupChannel.Kind.Go);
        }

        Await(channel, SetupChannel.Kind.Ready);
        if (!isFinished)
        {
            RunStartHooks(wait => HookRunner.Run(plan, "start-host", wait, [$"LXC_PID={initPid}"]));

            // As late as can be: setting up may take more than the container is to have.
            ProcessSettings.SetLimits(plan, initPid);
            Tell(channel, SetupChannel.Kind.Go);
        }

        PrepareRights();
        Await(channel, SetupChannel.Kind.Closed);
        KeepNamespaces();
    }

    private void MakeCgroups()
    {
        cgroups!.Complete();
        RecordCgroups();
        cgroups.ApplyLimits(plan.CgroupSettings);
        foreach (string warning in cgroups.Warnings)
        {
            reporter.Warning(warning);
        }

        if (!plan.IsRootless)
        {
            cgroups.Delegate(plan.HasUserNamespace ? plan.RootUserId : 0, plan.HasUserNamespace ? plan.RootGroupId : 0);
        }
        else if (cgroups.Directories.Count > 0)
        {
            ShareCgroups();
        }
    }

    private void ShareCgroups()
    {
        try
        {
            UserCgroups.Share(cgroups!, plan.IdMaps);
        }
        catch (LinuxException e)
        {
            reporter.Warning($"The container's root can make no cgroups, without which systemd ends at once: {e.Message}");
        }
    }

    private void RecordCgroups()
    {
        record!.AddCgroups(cgroups!.Directories);
        record.Save();
    }

    // The child moves itself: moved by the monitor it would wait for a grace period of the kernel's.
    private void SendEntrance(SetupChannel channel)
    {
        using CgroupEntrance entrance = cgroups!.OpenEntrance(skipUnified: IsBornInCgroup);
        foreach ((string text, int[] descriptors) in entrance.Messages())
        {
            Tell(channel, SetupChannel.Kind.Cgroups, text, descriptors);
        }
    }

    // While the child confines itself. What cannot be done is known before the start is reported.
    private void PrepareRights()
    {
        bool connects = plan.Config.Get("lxc.seccomp.notify.proxy")?.StartsWith("unix:@", StringComparison.Ordinal) == true;
        undo.Push("rights", () => CloseDescriptor(ref rights));
        try
        {
            rights = WatcherRights.Prepare(cgroups!.OpenedWhileRunning(), connects);
        }
        catch (LinuxException e)
        {
            reporter.Warning($"The monitor keeps rights that it does not need: {e.Message}");
        }
    }

    private void CreateNetwork()
    {
        // A container that keeps the host's namespace must not have its devices there.
        if ((plan.Namespaces & Processes.CLONE_NEWNET) == 0 || plan.IsRootless)
        {
            return;
        }

        IReadOnlyList<HostLink> links = HostNetwork.Create(plan.Network, initPid);
        if (links.Count == 0)
        {
            return;
        }

        foreach (HostLink link in links)
        {
            record!.AddLink(link);
            undo.Push($"network device {link.Device.Index}", link.Remove);
        }

        record!.Save();
        foreach (HostLink link in links)
        {
            if (link.Device.DownScript is not null)
            {
                undo.Push("network script", () => HookRunner.RunNetworkScript(plan, link, up: false, HookWait.None));
            }

            RunStartHooks(wait => HookRunner.RunNetworkScript(plan, link, up: true, wait));
        }
    }

    private bool IsBornInCgroup => plan.SharedNamespaces.Count == 0;

    private void StartChild(int ours, int theirs, List<byte[]> filters)
    {
        // Whoever has joined another user namespace is born in no cgroup of the host's: the child goes there by itself.
        int unified = IsBornInCgroup ? cgroups!.OpenUnified() : -1;
        try
        {
            using SetupChannel childEnd = new(theirs);
            ContainerSetup setup = new(plan, childEnd, filters, KeepsStreams, reporter.Log);
            (initPid, initPidfd) = NamespaceJoiner.Start(plan, unified, () =>
            {
                // With a copy of the monitor's end the child would never read that the monitor is gone.
                Descriptors.Close(ours);
                return setup.Run();
            });
        }
        catch (LinuxException e) when (plan.IsRootless && e.Call == "clone3")
        {
            throw MappedChild.Refused(e);
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
        if (plan.Rootfs is not null)
        {
            fd[0] = PreparedMounts.OpenRootfs(plan, userNamespace);
            Tell(channel, SetupChannel.Kind.Mount, descriptors: fd);
            Descriptors.Close(fd[0]);
        }

        foreach (MountEntry entry in plan.Mounts)
        {
            if (!PreparedMounts.IsPrepared(entry))
            {
                continue;
            }

            fd[0] = PreparedMounts.OpenUnlessOptional(entry, userNamespace, plan.IdMapRootfs, plan.RootUserId);
            if (fd[0] < 0)
            {
                Tell(channel, SetupChannel.Kind.NoMount);
                continue;
            }

            Tell(channel, SetupChannel.Kind.Mount, descriptors: fd);
            Descriptors.Close(fd[0]);
        }
    }
}
