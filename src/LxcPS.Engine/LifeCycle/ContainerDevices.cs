using LxcPS.Engine.Mounts;
using LxcPS.Native;
using static LxcPS.Native.MountCalls;

namespace LxcPS.Engine.LifeCycle;

/// <summary>/dev of a container: the small file system, the standard nodes, its own devpts instance, console and ttys.</summary>
internal sealed class ContainerDevices(LaunchPlan plan, SetupChannel channel, int root) : IDisposable
{
    private static readonly (string Name, uint Major, uint Minor)[] Nodes =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private static readonly (string Name, string Target)[] Links =
    [
        ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"),
        ("core", "/proc/kcore"), ("ptmx", "pts/ptmx"),
    ];

    private const string BootId = ".lxc-boot-id";

    // The terminals that SendTerminals hands to the monitor: masters; and the console's slave, which becomes init's standard streams.
    private readonly List<int> masters = [];
    private int devpts = -1;
    private int console = -1;
    private bool hasKernelLog;

    /// <summary>Mounts the small file system on /dev.</summary>
    internal void MountDev()
    {
        if (plan.AutoDev)
        {
            int mount = Make("tmpfs", "none", [$"size={plan.DevSize}", "mode=755"], MOUNT_ATTR_NOSUID);
            Descriptors.Close(SpecialMounts.Place(root, "dev", mount));
        }
    }

    /// <summary>Makes the standard nodes and links, devpts, shm and mqueue.</summary>
    internal void Populate()
    {
        int dev = TargetPath.TryOpen(root, "dev");
        if (dev < 0)
        {
            return;
        }

        try
        {
            if (plan.AutoDev)
            {
                MakeNodes(dev);
                // What the configuration has mounted there stays.
                if (!IsMounted(dev, "shm"))
                {
                    MountIn(dev, "shm", Make("tmpfs", "tmpfs", ["mode=1777"], MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
                }

                if ((plan.Namespaces & Processes.CLONE_NEWIPC) != 0 && !IsMounted(dev, "mqueue"))
                {
                    MountIn(dev, "mqueue", Make("mqueue", "mqueue", [], MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
                }
            }

            MountDevpts(dev);
        }
        finally
        {
            Descriptors.Close(dev);
        }
    }

    /// <summary>
    /// Gives the container a boot id of its own, at the place where LXC has it: journals tell boots apart by it, and the kernel's is the host's.
    /// </summary>
    internal void MountBootId()
    {
        int target = plan.AutoDev ? TargetPath.TryOpen(root, "proc/sys/kernel/random/boot_id") : -1;
        if (target < 0)
        {
            return;
        }

        int dev = Descriptors.OpenInRoot(root, "dev", OpenFlags.Path | OpenFlags.Directory);
        try
        {
            FileTree.MakeNode(dev, BootId, 0x8000 | 0x124 /* 0444 */, 0);
            Descriptors.WriteTextAt(dev, BootId, $"{Guid.NewGuid()}\n");
            int mount = CloneTree(dev, BootId, recursive: false, followLink: false);
            SetAttributes(mount, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, 0, name: BootId);
            Move(mount, target, "/proc/sys/kernel/random/boot_id");
            Descriptors.Close(mount);
        }
        finally
        {
            Descriptors.Close(dev);
            Descriptors.Close(target);
        }
    }

    /// <summary>Makes the console and the ttys on the container's own devpts.</summary>
    internal void MountTerminals()
    {
        if (devpts < 0)
        {
            return;
        }

        if (!plan.NoConsole)
        {
            console = MountTerminal("console");
        }

        if (plan.IsolateKernelLog)
        {
            MountKernelLog();
        }

        for (int i = 1; i <= plan.TtyCount; i++)
        {
            Descriptors.Close(MountTerminal($"tty{i}"));
        }
    }

    /// <summary>Hands the masters to the monitor; returns the console's slave, or -1.</summary>
    internal int SendTerminals()
    {
        // As many descriptors as a message takes, so in several: the first message brings devpts and the masters of console and kernel log.
        List<int> all = [];
        if (devpts >= 0)
        {
            all.Add(devpts);
        }

        all.AddRange(masters);
        int sent = 0;
        do
        {
            int count = Math.Min(SetupChannel.MaximumDescriptors, all.Count - sent);
            channel.Send(SetupChannel.Kind.Terminals, $"{all.Count} {(devpts >= 0 ? 1 : 0)} {(console >= 0 ? 1 : 0)} {(hasKernelLog ? 1 : 0)}",
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all).Slice(sent, count));
            sent += count;
        }
        while (sent < all.Count);
        foreach (int fd in all)
        {
            Descriptors.Close(fd);
        }

        masters.Clear();
        devpts = -1;
        return console;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (int fd in masters)
        {
            Descriptors.Close(fd);
        }

        Descriptors.Close(devpts);
        Descriptors.Close(console);
    }

    private void MakeNodes(int dev)
    {
        foreach ((string name, uint major, uint minor) in Nodes)
        {
            // Only the host's root may make device nodes; in a user namespace the host's own are bound.
            if (!plan.HasUserNamespace)
            {
                FileTree.MakeNode(dev, name, 0x2000 | 0x1B6, (major << 8) | minor);
                FileTree.ChangeMode(dev, name, 0x1B6);
                continue;
            }

            FileTree.MakeNode(dev, name, 0x8000 | 0x1B6, 0);
            BindNode(dev, name, CloneTree(Descriptors.CurrentDirectory, "/dev/" + name, recursive: false));
        }

        foreach ((string name, string target) in Links)
        {
            FileTree.MakeSymbolicLink(target, dev, name);
        }
    }

    private void MountDevpts(int dev)
    {
        // Group 5 is tty wherever devpts is used; a map without it gets the mode that needs no group.
        bool hasTtyGroup = plan.HostIdOf(5, group: true) != uint.MaxValue;

        // As with LXC, whose template busybox leaves the container one: its console, its ttys and its kernel log do not count.
        int maximum = plan.PtyMax + plan.TtyCount + (plan.NoConsole ? 0 : 1) + (plan.IsolateKernelLog ? 1 : 0);
        int mount = Make("devpts", "devpts",
            hasTtyGroup ? ["gid=5", "mode=620", "ptmxmode=666", $"max={maximum}"] : ["mode=600", "ptmxmode=666", $"max={maximum}"],
            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
        if (plan.AutoDev || FileTree.TryStatus(dev, "pts", false, out FileStatus status) && status.IsDirectory)
        {
            devpts = MountIn(dev, "pts", mount, keep: true);
        }
        else
        {
            Descriptors.Close(mount);
        }
    }

    private int MountTerminal(string name)
    {
        (int master, int slave, int number) = Terminals.Open(devpts);
        masters.Add(master);
        string path = plan.TtyDirectory.Length == 0 ? $"dev/{name}" : $"dev/{plan.TtyDirectory}/{name}";
        int target = TargetPath.OpenOrCreate(root, path, directory: false);
        int mount = CloneTree(devpts, number.ToString(), recursive: false);
        Move(mount, target, path);
        Descriptors.Close(mount);
        Descriptors.Close(target);
        if (plan.TtyDirectory.Length > 0)
        {
            int dev = TargetPath.TryOpen(root, "dev");
            FileTree.MakeSymbolicLink($"{plan.TtyDirectory}/{name}", dev, name);
            Descriptors.Close(dev);
        }

        return slave;
    }

    // A pseudoterminal: what one program writes no other can read, as with a pipe, and who reads gets what programs take for an empty log.
    private void MountKernelLog()
    {
        (int master, int slave, int number) = Terminals.Open(devpts);
        masters.Add(master);
        hasKernelLog = true;
        Terminals.SetRaw(slave);
        FileTree.ChangeMode(slave, 0x180 /* 0600 */, "kmsg");
        int target = TargetPath.OpenOrCreate(root, "dev/kmsg", directory: false);
        int mount = CloneTree(devpts, number.ToString(), recursive: false);
        Move(mount, target, "dev/kmsg");
        Descriptors.Close(mount);
        Descriptors.Close(target);
        Descriptors.Close(slave);
    }

    private static void BindNode(int dev, string name, int mount)
    {
        int target = Descriptors.OpenAt(dev, name, OpenFlags.Path | OpenFlags.NoFollow);
        Move(mount, target, "/dev/" + name);
        Descriptors.Close(target);
        Descriptors.Close(mount);
    }

    private static bool IsMounted(int dev, string name) =>
        FileTree.TryStatus(dev, name, false, out FileStatus status) && status.FileSystem != FileTree.Status(dev, string.Empty).FileSystem;

    private static int MountIn(int dev, string name, int mount, bool keep = false)
    {
        FileTree.MakeDirectory(dev, name, 0x1ED);
        int target = Descriptors.OpenAt(dev, name, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow);
        Move(mount, target, "/dev/" + name);
        Descriptors.Close(target);
        if (keep)
        {
            return mount;
        }

        Descriptors.Close(mount);
        return -1;
    }
}
