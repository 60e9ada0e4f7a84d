using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>System calls and kernel features.</summary>
internal static class KernelChecks
{
    internal static void Add(CapabilityList list, KernelFacts kernel)
    {
        list.Require("Version", kernel.Version.IsAtLeast(5, 12), "The engine works by calls that came up to Linux 5.12", kernel.Release,
            "Run Linux 5.12 or later.");
        Call(list, "clone3", KernelProbe.HasClone3, "Starts a container's first process in its namespaces", "5.3");
        Call(list, "pidfd", KernelProbe.HasPidfd, "Watches and signals a process without mistaking another for it", "5.3");
        Call(list, "openat2", KernelProbe.HasOpenAt2, "Opens paths inside a container without being led out of it", "5.6");
        Call(list, "close_range", KernelProbe.HasCloseRange, "Keeps descriptors of the host out of containers", "5.9");
        Call(list, "mount descriptors", KernelProbe.HasMountDescriptors, "Mounts without walking a path twice (fsopen, open_tree, move_mount)", "5.2");
        Call(list, "mount_setattr", KernelProbe.HasMountSetAttr, "Sets the attributes of mounts and maps their ids", "5.12");
        Feature(list, kernel, "System V IPC", "/proc/sysvipc/shm", "CONFIG_SYSVIPC", "Shared memory and semaphores of a container's own");
        Feature(list, kernel, "POSIX message queues", "/proc/sys/fs/mqueue", "CONFIG_POSIX_MQUEUE", "Message queues of a container's own");
        list.Offer("Checkpoint support", File.Exists("/proc/self/timens_offsets") || kernel.Config.Get("CONFIG_CHECKPOINT_RESTORE") == "y",
            "Saving and restoring running containers (CRIU)", kernel.Config.Get("CONFIG_CHECKPOINT_RESTORE") == "y" ? "built in" : "not known to be built in",
            "Run a kernel built with CONFIG_CHECKPOINT_RESTORE.");
    }

    private static void Call(CapabilityList list, string name, bool available, string purpose, string since) =>
        list.Require(name, available, purpose, available ? "the kernel knows the call" : "the kernel answers ENOSYS",
            $"Run Linux {since} or later; inside another container, let its seccomp policy pass the call.");

    private static void Feature(CapabilityList list, KernelFacts kernel, string name, string path, string option, string purpose)
    {
        bool available = FileTree.Exists(path) || kernel.Config.Get(option) == "y";
        list.Offer(name, available, purpose, available ? "built in" : $"'{path}' is missing", $"Run a kernel built with {option}.");
    }
}
