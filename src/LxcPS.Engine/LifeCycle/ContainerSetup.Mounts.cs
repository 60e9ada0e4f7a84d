using LxcPS.Engine.Mounts;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>The root file system, and what is mounted below it.</content>
internal sealed partial class ContainerSetup
{
    private int MountRootfs()
    {
        Begin("rootfs", LxcErrorId.RootfsFailed, "lxc.rootfs.path");
        MountCalls.SetPropagation("/", MountCalls.PropagationPrivate, recursive: true);
        HookRunner.RunInContainer(plan, "pre-mount");
        if (plan.Rootfs is null)
        {
            return Descriptors.Open("/", OpenFlags.Path | OpenFlags.Directory);
        }

        int mount = ReceiveMount(optional: false);
        if (ownTarget >= 0)
        {
            // Attached, it is the root that is looked for; the way to the directory is not open to the container's root.
            MountCalls.Move(mount, ownTarget, plan.RootfsMount);
            Descriptors.Close(ownTarget);
            return mount;
        }

        int target = Descriptors.Open(plan.RootfsMount, OpenFlags.Path | OpenFlags.Directory);
        MountCalls.Move(mount, target, plan.RootfsMount);
        Descriptors.Close(target);
        Descriptors.Close(mount);

        // A path again: only now does it lead to the mounted root.
        return Descriptors.Open(plan.RootfsMount, OpenFlags.Path | OpenFlags.Directory);
    }

    private void MountTree(int root, ContainerDevices devices)
    {
        Begin("autodev", LxcErrorId.MountFailed, "lxc.autodev");
        devices.MountDev();
        Begin("mount", LxcErrorId.MountFailed, "lxc.mount.auto");
        SpecialMounts.MountProc(plan, root);
        SpecialMounts.MountSys(plan, root);
        Begin("mount", LxcErrorId.MountFailed, "lxc.mount.entry");
        foreach (MountEntry entry in plan.Mounts)
        {
            MountOne(root, entry);
        }

        Begin("mount hook", LxcErrorId.HookFailed, "lxc.hook.mount");
        HookRunner.RunInContainer(plan, "mount");
        Begin("autodev", LxcErrorId.MountFailed, "lxc.autodev");
        devices.Populate();
        if (plan.AutoDev)
        {
            HookRunner.RunInContainer(plan, "autodev");
        }

        devices.MountBootId();
        Begin("console", LxcErrorId.ConsoleFailed, "lxc.console.path");
        devices.MountTerminals();
    }

    private void MountOne(int root, MountEntry entry)
    {
        int mount = -1;
        try
        {
            mount = PreparedMounts.IsPrepared(entry) ? ReceiveMount(entry.IsOptional)
                : entry.IsBind ? MountCalls.CloneTree(root, entry.Source.TrimStart('/'), entry.IsRecursive)
                : MountCalls.Make(entry.Type, entry.Source, entry.Options, entry.Attributes);
            if (mount < 0)
            {
                return;
            }

            int target = entry.CreateDirectory is { } directory
                ? TargetPath.OpenOrCreate(root, entry.Target, directory)
                : Descriptors.OpenInRoot(root, entry.Target.Length == 0 ? "." : entry.Target, OpenFlags.Path);
            if (entry.Attributes != 0 || entry.ClearedAttributes != 0 || entry.Propagation != 0)
            {
                MountCalls.SetAttributes(mount, entry.Attributes, entry.ClearedAttributes & ~entry.Attributes, entry.Propagation, name: entry.Target);
            }

            MountCalls.Move(mount, target, entry.Target);
            Descriptors.Close(target);
        }
        catch (LinuxException e) when (entry.IsOptional)
        {
            channel.Send(SetupChannel.Kind.Warning, $"The optional mount '{entry.Text}' was left out: {e.Message}");
        }
        catch (LinuxException e)
        {
            throw entry.Failed(e);
        }
        finally
        {
            Descriptors.Close(mount);
        }
    }

    private int ReceiveMount(bool optional)
    {
        if (plan.IsRootless)
        {
            return ownMounts.Dequeue();
        }

        Span<int> fd = stackalloc int[1];
        SetupChannel.Kind kind = channel.Receive(out _, fd, out int received);
        if (kind == SetupChannel.Kind.Mount && received == 1)
        {
            return fd[0];
        }

        if (kind == SetupChannel.Kind.NoMount && optional)
        {
            return -1;
        }

        Processes.Exit(255);
        return -1;
    }
}
