using LxcPS.Engine.Configuration;
using LxcPS.Native;

namespace LxcPS.Engine.Devices;

/// <summary>
/// A device node of a container's own, beside its configuration: for permission bits that the host's node does not have. It belongs to the
/// container's root, and lies where nobody but the host's root gets to.
/// </summary>
internal static class OwnNode
{
    private const string Directory = "devices";

    /// <summary>The node for a place in the container.</summary>
    internal static string PathOf(string containerDirectory, string target) =>
        $"{containerDirectory}/{Directory}/{Uri.EscapeDataString(target[1..])}";

    /// <summary>Makes it.</summary>
    internal static HostDevice Make(string containerDirectory, string target, HostDevice device, uint mode, ContainerConfig config)
    {
        string path = PathOf(containerDirectory, target);
        FileTree.MakeDirectory(Descriptors.CurrentDirectory, $"{containerDirectory}/{Directory}", 0x1C0);
        FileTree.Remove(Descriptors.CurrentDirectory, path);
        FileTree.MakeNode(Descriptors.CurrentDirectory, path, (device.Type == 'b' ? 0x6000u : 0x2000u) | mode, FileStatus.DeviceOf(device.Major, device.Minor));
        try
        {
            // The mask of the session was applied.
            FileTree.ChangeMode(Descriptors.CurrentDirectory, path, mode);
            IdMaps maps = IdMaps.Of(config);
            if (!maps.IsEmpty)
            {
                FileTree.ChangeOwner(Descriptors.CurrentDirectory, path, maps.HostUser(0) ?? 0, maps.HostGroup(0) ?? 0);
            }
        }
        catch
        {
            Remove(containerDirectory, path);
            throw;
        }

        return device with { Path = path, Mode = mode };
    }

    /// <summary>Removes it, and the directory with the last one; nothing where the path is of something else.</summary>
    internal static void Remove(string containerDirectory, string path)
    {
        string directory = $"{containerDirectory}/{Directory}";
        if (!path.StartsWith(directory + "/", StringComparison.Ordinal) || path[(directory.Length + 1)..].Contains('/'))
        {
            return;
        }

        FileTree.Remove(Descriptors.CurrentDirectory, path);
        try
        {
            FileTree.Remove(Descriptors.CurrentDirectory, directory, isDirectory: true);
        }
        catch (LinuxException e) when (e.Number is Errno.ENOTEMPTY or Errno.EEXIST)
        {
            // Others are in it.
        }
    }
}
