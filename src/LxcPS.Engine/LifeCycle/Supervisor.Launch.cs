using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Console;
using LxcPS.Engine.Network;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Protocol;
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
        cgroups = ContainerCgroups.Create(CgroupLayout.Read(), plan.Cgroups, monitorLater: true, directories =>
        {
            record!.AddMaking(directories);
            record.Save();
        });
        undo.Push("cgroups", RemoveCgroups);
        record.AddCgroups(cgroups.Directories);
        record.Save();
        (int ours, int theirs) = LocalSockets.Pair();
        using SetupChannel channel = new(ours);
        StartChild(ours, theirs, filters);
        poll.Add(channel.Descriptor, Readiness.Readable);
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
            if (plan.HasUserNamespace)
            {
                IdMapWriter.Write(initPid, plan.IdMaps);
                userNamespace = Descriptors.Open($"/proc/{initPid}/ns/user", OpenFlags.ReadOnly);
            }

            Tell(channel, SetupChannel.Kind.Maps);
            SendMounts(channel, userNamespace);
        }
        finally
        {
            Descriptors.Close(userNamespace);
        }

        // The child moves itself at the message: moved by the monitor it would wait for a grace period of the kernel's.
        cgroups!.ApplyLimits(plan.CgroupSettings);
        foreach (string warning in cgroups.Warnings)
        {
            reporter.Warning(warning);
        }

        cgroups.Delegate(plan.HasUserNamespace ? plan.RootUserId : 0, plan.HasUserNamespace ? plan.RootGroupId : 0);
        ProcessSettings.WriteProc(plan.Config, initPid);
        Tell(channel, SetupChannel.Kind.Cgroups);

        Await(channel, SetupChannel.Kind.Terminals);
        CreateNetwork();
        Tell(channel, SetupChannel.Kind.Network);
        Await(channel, SetupChannel.Kind.Ready);
        HookRunner.Run(plan, "start-host", abandoned: reporter.Descriptor);
        Tell(channel, SetupChannel.Kind.Go);
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

    private void StartChild(int ours, int theirs, List<byte[]> filters)
    {
        int unified = cgroups!.OpenUnified();
        using CgroupEntrance entrance = cgroups.OpenEntrance(skipUnified: unified >= 0);
        try
        {
            using SetupChannel childEnd = new(theirs);
            ContainerSetup setup = new(plan, childEnd, entrance, filters, KeepsStreams);
            (initPid, initPidfd) = Forking.Start(plan.Namespaces, unified, () =>
            {
                // With a copy of the monitor's end the child would never read that the monitor is gone.
                Descriptors.Close(ours);
                return setup.Run();
            });
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
