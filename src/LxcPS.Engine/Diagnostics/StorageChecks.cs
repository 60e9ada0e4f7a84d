using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>File systems, and the place where containers are.</summary>
internal static class StorageChecks
{
    internal static void Add(CapabilityList list, KernelFacts kernel, MountTable mounts, string lxcPath)
    {
        FileSystem(list, kernel, "overlay", "CONFIG_OVERLAY_FS", "The template Host, and containers that share a root file system");
        FileSystem(list, kernel, "btrfs", "CONFIG_BTRFS_FS", "Snapshots and clones without copying");
        FileSystem(list, kernel, "fuse", "CONFIG_FUSE_FS", "File systems that containers bring along, and lxcfs");
        FileSystem(list, kernel, "tmpfs", "CONFIG_TMPFS", "/dev and /run of containers");
        (bool devpts, string detail) = kernel.FileSystem("devpts", "CONFIG_UNIX98_PTYS");

        // Every mount of devpts is an instance of its own since 4.7.
        list.Require("devpts instances", devpts && kernel.Version.IsAtLeast(4, 7), "Terminals of a container's own", detail,
            "Run Linux 4.7 or later with CONFIG_UNIX98_PTYS.");
        AddPath(list, kernel, mounts, Path.GetFullPath(lxcPath));
        bool run = Permissions.CanAccess("/run", Permissions.Write | Permissions.Execute);
        list.RequireOfRoot("/run", run, "The monitors' own files", run ? "can be written" : "cannot be written by the caller, whose files are below XDG_RUNTIME_DIR or HOME",
            "Run the session as root, and mount a tmpfs on /run where it is read-only.");
    }

    private static void AddPath(CapabilityList list, KernelFacts kernel, MountTable mounts, string lxcPath)
    {
        string existing = lxcPath;
        bool blocked = false;
        while (!Directory.Exists(existing))
        {
            // A file where a directory would have to be.
            blocked |= File.Exists(existing);
            existing = Path.GetDirectoryName(existing) ?? "/";
        }

        MountFact mount = mounts.Of(existing) ?? default;
        bool writable = !blocked && !mount.IsReadOnly && Permissions.CanAccess(existing, Permissions.Write | Permissions.Execute);
        list.Require("LxcPath", writable, "The directories of the containers",
            blocked ? $"'{lxcPath}' is a file, or below one"
                : existing == lxcPath ? $"'{lxcPath}' on {mount.Type}" : $"'{lxcPath}' will be made in '{existing}' on {mount.Type}",
            $"Make '{lxcPath}' writable for the caller, or use another LxcPath.");
        bool? mapped = IdMapSupport.Of(mount.Type, kernel.Version);
        list.Offer("Id-mapped mounts", mapped == true && KernelProbe.HasMountSetAttr, "Unprivileged containers whose files keep ordinary owners",
            mapped == true ? $"{mount.Type} on Linux {kernel.Version} maps ids"
                : mapped == false ? $"{mount.Type} on Linux {kernel.Version} does not map ids" : $"it is not known whether {mount.Type} maps ids",
            "Put the LxcPath on ext4, xfs, btrfs or tmpfs, on Linux 6.3 or later for tmpfs.");
        bool upper = IdMapSupport.CanHoldUpper(mount.Type);
        list.Offer("Overlay in LxcPath", upper, "The layer that takes a container's writes",
            upper ? $"{mount.Type} can hold it" : $"{mount.Type} cannot hold it",
            "Put the LxcPath on ext4, xfs, btrfs or tmpfs.");
        bool restricted = MountFact.Has(mount.Options ?? string.Empty, "nosuid") || MountFact.Has(mount.Options ?? string.Empty, "noexec");
        list.Offer("Programs in LxcPath", !restricted, "Running programs, also setuid ones, from root file systems",
            restricted ? $"'{mount.Point}' is mounted with {mount.Options}" : "neither noexec nor nosuid", "Mount it without noexec and nosuid.");
    }

    private static void FileSystem(CapabilityList list, KernelFacts kernel, string type, string option, string purpose)
    {
        (bool available, string detail) = kernel.FileSystem(type, option);
        list.Offer(type, available, purpose, detail, $"Load the module {type}, or run a kernel built with {option}.");
    }
}
