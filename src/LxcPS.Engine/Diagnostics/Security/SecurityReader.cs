using System.Globalization;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Confinement;
using LxcPS.Engine.Devices;
using LxcPS.Engine.Operations;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Reads what the kernel says of a running container. Nothing is opened by a path that the container could lead elsewhere.</summary>
internal sealed class SecurityReader(int pid)
{
    private static readonly string[] Namespaces = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"];

    /// <summary>Reads the facts.</summary>
    /// <param name="files">The container's cgroup files.</param>
    /// <param name="nodes">The device nodes in its /dev.</param>
    /// <exception cref="LinuxException">The container has ended, or the caller is not root.</exception>
    internal SecurityFacts Read(CgroupFiles? files, IReadOnlyList<HostDevice> nodes)
    {
        // The monitor's namespaces are the host's as whoever started it had them.
        string monitor = ProcessStatus.Field(Descriptors.ReadText($"/proc/{pid}/status"), "PPid") ?? "self";
        if (monitor == "0")
        {
            monitor = "self";
        }

        return new SecurityFacts
        {
            Pid = pid,
            Threads = ReadThreads(),
            MonitorStatus = Descriptors.ReadText($"/proc/{monitor}/status"),
            SharedNamespaces = [.. Namespaces.Where(kind => IdentityOf(pid.ToString(CultureInfo.InvariantCulture), kind) is { } own && own == IdentityOf(monitor, kind))],
            UserMap = Descriptors.ReadText($"/proc/{pid}/uid_map"),
            Others = MappedProcesses.Read(pid),
            Accounts = Descriptors.TryReadText("/etc/passwd") ?? string.Empty,
            MountInfo = Descriptors.ReadText($"/proc/{pid}/mountinfo"),
            HostMountInfo = Descriptors.ReadText($"/proc/{monitor}/mountinfo"),
            DeviceList = files?.VersionOf("devices") == 1 ? files.TryGet("devices.list") : null,
            HasDeviceProgram = files is not null && files.VersionOf("devices") != 1 ? HasProgram() : null,
            Nodes = nodes,
            MemoryLimit = LimitOf(files, "memory", "memory.limit_in_bytes", "memory.max"),
            ProcessLimit = LimitOf(files, "pids", "pids.max", "pids.max"),
            UnixSockets = Descriptors.ReadText($"/proc/{pid}/net/unix"),
            HasAppArmor = AppArmorKernel.IsEnabled,
            HasSELinux = Descriptors.TryReadText("/sys/fs/selinux/enforce")?.Trim() == "1",
            HasSysRq = FileTree.Exists("/proc/sysrq-trigger"),
            LogRestriction = Descriptors.TryReadText("/proc/sys/kernel/dmesg_restrict"),
            UserNamespaces = UserNamespaceFact.Of(
                Descriptors.TryReadText("/proc/sys/kernel/unprivileged_userns_clone"),
                Descriptors.TryReadText("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
                Descriptors.TryReadText("/proc/sys/user/max_user_namespaces")),
        };
    }

    private List<ThreadFact> ReadThreads()
    {
        List<ThreadFact> threads = [];
        foreach (string directory in Directory.EnumerateDirectories($"/proc/{pid}/task"))
        {
            // A thread may end meanwhile; the first one does not as long as there is a container.
            if (Descriptors.TryReadText(directory + "/status") is { Length: > 0 } status)
            {
                threads.Add(new ThreadFact(int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture), status,
                    Descriptors.TryReadText(directory + "/attr/apparmor/current") ?? Descriptors.TryReadText(directory + "/attr/current")));
            }
        }

        threads.Sort((one, other) => (other.Id == pid).CompareTo(one.Id == pid));
        return threads.Count > 0 ? threads : throw new LinuxException("open", Errno.ESRCH, $"/proc/{pid}");
    }

    private static (ulong, ulong)? IdentityOf(string process, string kind) =>
        FileTree.TryStatus(Descriptors.CurrentDirectory, $"/proc/{process}/ns/{kind}", true, out FileStatus status) ? (status.FileSystem, status.Inode) : null;

    private static (string, string)? LimitOf(CgroupFiles? files, string controller, string legacy, string unified)
    {
        if (files is null || files.VersionOf(controller) == 0)
        {
            return null;
        }

        string file = files.VersionOf(controller) == 1 ? legacy : unified;
        return files.TryGet(file) is { } value ? ($"{files.DirectoryOf(controller)}/{file}", value) : null;
    }

    private bool? HasProgram()
    {
        if (CgroupLayout.Read().Unified is not { } unified
            || !unified.TryPathOf(CgroupChecks.PathOf(Descriptors.ReadText($"/proc/{pid}/cgroup"), "0::"), out string directory))
        {
            return null;
        }

        int fd = Descriptors.Open(directory, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            return KernelProbe.QueryDevicePrograms(fd, out int count) == 0 ? count > 0 : null;
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }
}
