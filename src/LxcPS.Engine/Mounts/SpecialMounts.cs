using LxcPS.Engine.LifeCycle;
using LxcPS.Native;
using static LxcPS.Native.MountCalls;

namespace LxcPS.Engine.Mounts;

/// <summary>
/// /proc and /sys of a container with the parts masked that would reach the host. Which parts: the modes of <c>lxc.mount.auto</c> in
/// lxc.container.conf(5).
/// </summary>
internal static class SpecialMounts
{
    private const ulong Safe = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

    /// <summary>Files of /proc that show or change the whole machine and that nothing in a container needs.</summary>
    private static readonly string[] HiddenOfProc = ["kcore", "timer_list"];

    /// <summary>Mounts /proc.</summary>
    internal static void MountProc(LaunchPlan plan, int root)
    {
        if (plan.AutoMounts.Proc == AutoMountMode.None)
        {
            return;
        }

        int proc = Place(root, "proc", Make("proc", "proc", [], Safe));
        if (plan.AutoMounts.Proc == AutoMountMode.Mixed)
        {
            // /proc/sys is read-only but for what belongs to the network namespace.
            int net = CloneTree(proc, "sys/net", recursive: true);
            Cover(proc, "sys", readOnly: true);
            AttachAt(proc, "sys/net", net);
            if (FileTree.TryStatus(proc, "sysrq-trigger", false, out _))
            {
                Cover(proc, "sysrq-trigger", readOnly: true);
            }

            foreach (string name in HiddenOfProc)
            {
                Hide(proc, name);
            }
        }

        // In a user namespace the kernel opens it to nobody.
        if (plan.IsolateKernelLog && !plan.HasUserNamespace)
        {
            Hide(proc, "kmsg");
        }

        Descriptors.Close(proc);
    }

    /// <summary>Mounts /sys.</summary>
    internal static void MountSys(LaunchPlan plan, int root)
    {
        AutoMountMode mode = plan.AutoMounts.Sys;
        if (mode == AutoMountMode.None)
        {
            return;
        }

        // A sysfs shows the network namespace of who mounts it: only its owner may. With the host's network the host's is bound.
        ulong ours = plan.Namespaces | ((plan.SharedFlags & Processes.CLONE_NEWUSER) != 0 ? plan.SharedFlags : 0);
        bool own = (ours & Processes.CLONE_NEWNET) != 0 || !plan.HasUserNamespace;
        int mount = own
            ? Make("sysfs", "sysfs", [], Safe | (mode == AutoMountMode.ReadOnly ? MOUNT_ATTR_RDONLY : 0))
            : CloneTree(Descriptors.CurrentDirectory, "/sys", recursive: true);
        if (!own)
        {
            // With all that the host has mounted below it, which is no more to be written than the rest; nor is the network, which is not the container's.
            SetAttributes(mount, Safe | (mode != AutoMountMode.ReadWrite ? MOUNT_ATTR_RDONLY : 0), 0, recursive: true, name: "sys");
        }

        int sys = Place(root, "sys", mount);
        if (mode == AutoMountMode.Mixed && own)
        {
            int net = CloneTree(sys, "devices/virtual/net", recursive: false);
            int virtualDevices = CloneTree(sys, ".", recursive: false);
            SetAttributes(virtualDevices, MOUNT_ATTR_RDONLY | Safe, 0, name: "sys");
            AttachAt(sys, ".", virtualDevices);

            // Opened again: what was opened before lies below the read-only mount now.
            Descriptors.Close(sys);
            sys = Descriptors.OpenInRoot(root, "sys", OpenFlags.Path | OpenFlags.Directory);
            AttachAt(sys, "devices/virtual/net", net);
        }

        Descriptors.Close(sys);
    }

    /// <summary>Attaches a detached mount to a directory of the root, which is made when missing, and returns the mounted directory.</summary>
    internal static int Place(int root, string path, int mount)
    {
        int target = TargetPath.OpenOrCreate(root, path, directory: true);
        Move(mount, target, path);
        Descriptors.Close(target);

        // What stood for the detached mount stands for the attached one.
        return mount;
    }

    private static void Cover(int directory, string path, bool readOnly)
    {
        int copy = CloneTree(directory, path, recursive: true);
        SetAttributes(copy, (readOnly ? MOUNT_ATTR_RDONLY : 0) | Safe, 0, recursive: true, name: path);
        AttachAt(directory, path, copy);
    }

    private static void Hide(int directory, string path)
    {
        if (!FileTree.TryStatus(directory, path, false, out _))
        {
            return;
        }

        AttachAt(directory, path, CloneTree(Descriptors.CurrentDirectory, "/dev/null", recursive: false));
    }

    private static void AttachAt(int directory, string path, int mount)
    {
        // These trees are the kernel's own: no link in them is a container's.
        int target = Descriptors.OpenAt(directory, path, OpenFlags.Path);
        Move(mount, target, path);
        Descriptors.Close(target);
        Descriptors.Close(mount);
    }
}
