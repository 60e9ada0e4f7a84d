using LxcPS.Engine.Mounts;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>What a user's container does itself, where root's has the monitor do it.</content>
internal sealed partial class ContainerSetup
{
    private readonly Queue<int> ownMounts = new();
    private int ownTarget = -1;

    // The user's own rights reach what the container's root cannot, and end with the change of identity: whatever lies on the host is opened
    // before. In another mount namespace than this one it could not be.
    private void OpenOwnMounts()
    {
        Begin("settings", LxcErrorId.StartFailed, "lxc.proc");
        ProcessSettings.ApplyProc(plan, "self");
        Begin("cgroup", LxcErrorId.CgroupFailed, "lxc.cgroup.dir");

        // v1 lets a user move what is his, and after the change of identity this process is not.
        EnterCgroups();
        Begin("rootfs", LxcErrorId.RootfsFailed, "lxc.rootfs.path");
        MountCalls.SetPropagation("/", MountCalls.PropagationPrivate, recursive: true);
        if (plan.Rootfs is not null)
        {
            ownMounts.Enqueue(plan.Rootfs.Open(-1, 0, plan.RootfsAttributes, plan.RootfsFileSystemOptions));
            ownTarget = Descriptors.Open(plan.RootfsMount, OpenFlags.Path | OpenFlags.Directory);
        }

        foreach (MountEntry entry in plan.Mounts)
        {
            if (PreparedMounts.IsPrepared(entry))
            {
                ownMounts.Enqueue(PreparedMounts.OpenUnlessOptional(entry, -1, false, 0));
            }
        }
    }
}
