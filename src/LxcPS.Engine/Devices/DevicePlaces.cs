using LxcPS.Engine.Mounts;
using LxcPS.Native;

namespace LxcPS.Engine.Devices;

/// <summary>
/// Device nodes in a container's tree, in its mount namespace. Everything there may have been laid by the container: directories are
/// resolved inside its root, the name itself is never followed, and what is not as expected is refused.
/// </summary>
/// <param name="root">The root of the container.</param>
/// <param name="container">The container's name, for messages.</param>
internal sealed class DevicePlaces(int root, string container)
{
    /// <summary>How deep a list looks into /dev, and how much it reads at most: the container decides how much there is.</summary>
    private const int MaximumDepth = 4;

    private const int MaximumNames = 16384;
    private const int MaximumDevices = 4096;
    private const uint RegularFile = 0x8000;

    // More mounts on one place than anybody has reason for.
    private const int MaximumMounts = 64;
    private int names;
    private int devices;

    /// <summary>Makes a device appear.</summary>
    /// <param name="device">The device.</param>
    /// <param name="target">Where.</param>
    /// <param name="nodeMode">The permission bits of a node that is made, or null to mount the host's: only the host's root may make one.</param>
    /// <param name="mount">The mount of the host's node.</param>
    /// <returns>How: node, mount, or present where it is there already.</returns>
    internal string Add(HostDevice device, string target, uint? nodeMode, int mount)
    {
        (string above, string name) = Split(target);
        int parent = TargetPath.OpenOrCreate(root, above, directory: true);
        if (!FileTree.Status(parent, string.Empty).IsDirectory)
        {
            throw Exists(target, $"'/{above}' is no directory");
        }

        bool isThere = FileTree.TryStatus(parent, name, false, out FileStatus status);
        if (isThere && HostDevice.Of(target, status) is { } other && other.IsSame(device))
        {
            return "present";
        }

        if (isThere && !(status.IsRegular && status.Size == 0))
        {
            throw Exists(target, status.IsDirectory ? "a directory is there" : status.IsSymbolicLink ? "a link is there" : "another file is there");
        }

        if (nodeMode is { } mode && !MountCalls.DeniesDevices(parent, "/" + above))
        {
            if (isThere)
            {
                FileTree.Remove(parent, name);
            }

            uint type = device.Type == 'b' ? 0x6000u : 0x2000u;
            return FileTree.MakeNode(parent, name, type | mode, FileStatus.DeviceOf(device.Major, device.Minor)) ? "node"
                : throw Exists(target, "something was put there at this moment");
        }

        if (!isThere && !FileTree.MakeNode(parent, name, RegularFile | 0x1A4, 0))
        {
            throw Exists(target, "something was put there at this moment");
        }

        try
        {
            // Opened once, looked at, and mounted on by the same descriptor: what the name leads to by then does not matter.
            int place = Descriptors.OpenAt(parent, name, OpenFlags.Path | OpenFlags.NoFollow);
            if (!FileTree.Status(place, string.Empty).IsRegular)
            {
                throw Exists(target, "something was put there at this moment");
            }

            MountCalls.Move(mount, place, target);
            return "mount";
        }
        catch when (!isThere)
        {
            RemoveEmpty(parent, name);
            throw;
        }
    }

    /// <summary>Takes a device away: its mounts, its node, and the empty file that was mounted on.</summary>
    /// <returns>False when it is not there, or something else is.</returns>
    internal bool Remove(HostDevice device, string target)
    {
        (string above, string name) = Split(target);
        int parent = TargetPath.TryOpen(root, above);
        if (parent < 0 || !FileTree.Status(parent, string.Empty).IsDirectory || !Shows(parent, name, device))
        {
            return false;
        }

        // By a single name in the directory that is worked in: nothing of it is followed.
        FileTree.ChangeDirectory(parent);
        bool removed = false;
        for (int i = 0; i < MaximumMounts && Shows(parent, name, device) && TryDetach(name); i++)
        {
            removed = true;
        }

        if (Shows(parent, name, device))
        {
            return FileTree.Remove(parent, name);
        }

        if (removed)
        {
            RemoveEmpty(parent, name);
        }

        return removed;
    }

    /// <summary>Tells of the devices in /dev, but the terminals of devpts, and of those at other places.</summary>
    internal void List(IReadOnlyList<string> others, Action<string, HostDevice> tell)
    {
        int dev = TargetPath.TryOpen(root, "dev");
        if (dev >= 0)
        {
            Walk(dev, "/dev", 1, tell);
            Descriptors.Close(dev);
        }

        foreach (string other in others)
        {
            (string above, string name) = Split(other);
            int parent = other.StartsWith("/dev/", StringComparison.Ordinal) ? -1 : TargetPath.TryOpen(root, above);
            if (parent >= 0 && FileTree.TryStatus(parent, name, false, out FileStatus status) && HostDevice.Of(other, status) is { } device)
            {
                tell(other, device);
            }

            Descriptors.Close(parent);
        }
    }

    private void Walk(int directory, string path, int depth, Action<string, HostDevice> tell)
    {
        int fd;
        try
        {
            fd = Descriptors.OpenResolved(directory, ".", OpenFlags.ReadOnly | OpenFlags.Directory, 0, Descriptors.RESOLVE_BENEATH);
        }
        catch (LinuxException e) when (e.Number is Errno.EACCES or Errno.ENOTDIR or Errno.ENOENT)
        {
            return;
        }

        DirectoryReader reader = new(fd, path);
        while (names < MaximumNames && devices < MaximumDevices && reader.Next())
        {
            names++;
            if (reader.Name is not { } name || !FileTree.TryStatus(fd, name, false, out FileStatus status))
            {
                continue;
            }

            if (HostDevice.Of($"{path}/{name}", status) is { } device)
            {
                devices++;
                tell(device.Path, device);
            }
            else if (status.IsDirectory && depth < MaximumDepth && !(depth == 1 && name == "pts"))
            {
                int below = Descriptors.OpenAt(fd, name, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow);
                Walk(below, $"{path}/{name}", depth + 1, tell);
                Descriptors.Close(below);
            }
        }

        Descriptors.Close(fd);
    }

    private static (string Above, string Name) Split(string target)
    {
        int slash = target.LastIndexOf('/');
        return (target[1..Math.Max(1, slash)], target[(slash + 1)..]);
    }

    private static bool Shows(int parent, string name, HostDevice device) =>
        FileTree.TryStatus(parent, name, false, out FileStatus status) && HostDevice.Of(name, status) is { } found && found.IsSame(device);

    private static bool TryDetach(string name)
    {
        try
        {
            MountCalls.Detach(name);
            return true;
        }
        catch (LinuxException e) when (e.Number is Errno.EINVAL or Errno.ENOENT)
        {
            // No mount: a node.
            return false;
        }
    }

    private static void RemoveEmpty(int parent, string name)
    {
        if (FileTree.TryStatus(parent, name, false, out FileStatus status) && status.IsRegular && status.Size == 0)
        {
            FileTree.Remove(parent, name);
        }
    }

    private LxcException Exists(string target, string reason) =>
        new(LxcErrorId.DeviceExists, $"A device cannot be put at '{DisplayText.Of(target)}' in container '{container}': {reason}")
        {
            ContainerName = container,
            Step = "device",
            Path = target,
            Advice = "Choose another place with -Target, or remove what is there.",
        };
}
