using LxcPS.Engine.Cgroups;
using LxcPS.Native;

namespace LxcPS.Engine.Devices;

/// <summary>A device of the host, by a node of it.</summary>
/// <param name="Path">The node.</param>
/// <param name="Type"><c>c</c> for a character device, <c>b</c> for a block device.</param>
/// <param name="Major">The major number.</param>
/// <param name="Minor">The minor number.</param>
/// <param name="Mode">The permission bits of the node.</param>
public sealed record HostDevice(string Path, char Type, int Major, int Minor, uint Mode)
{
    /// <summary>Looks a device up; a link is followed.</summary>
    /// <exception cref="LxcException">DeviceNotFound: there is no such path. DeviceInvalid: it is something else.</exception>
    public static HostDevice Find(string path)
    {
        if (TryFind(path) is { } device)
        {
            return device;
        }

        if (!FileTree.TryStatus(Descriptors.CurrentDirectory, path, true, out FileStatus status))
        {
            throw new LxcException(LxcErrorId.DeviceNotFound, $"The host has no device '{DisplayText.Of(path)}'")
            {
                Path = path,
                Advice = "See whether the device is plugged in and its driver loaded (modprobe).",
            };
        }

        throw new LxcException(LxcErrorId.DeviceInvalid,
            $"'{DisplayText.Of(path)}' is {(status.IsDirectory ? "a directory" : status.IsRegular ? "an ordinary file" : "something else")}, not a device")
        {
            Path = path,
            Advice = status.IsDirectory ? $"Name the nodes in it: Get-ChildItem '{path}' | Add-LxcDevice NAME."
                : "Name the node of a character or block device. Network interfaces have none: they are lxc.net keys.",
        };
    }

    /// <summary>The device of a path, or null where that is none.</summary>
    public static HostDevice? TryFind(string path) => path.Length > 0 && !path.Contains('\0')
        && FileTree.TryStatus(Descriptors.CurrentDirectory, path, true, out FileStatus status) ? Of(path, status) : null;

    /// <summary>The rule that allows or denies some access to it.</summary>
    public DeviceRule ToRule(bool allow, DeviceAccess access) => new(allow, Type, Major, Minor, access);

    /// <summary>Whether another node is of the same device.</summary>
    public bool IsSame(HostDevice other) => (Type, Major, Minor) == (other.Type, other.Major, other.Minor);

    internal static HostDevice? Of(string path, FileStatus status) => status.IsCharacterDevice || status.IsBlockDevice
        ? new HostDevice(path, status.IsBlockDevice ? 'b' : 'c', status.DeviceMajor, status.DeviceMinor, status.Mode & 0xFFF)
        : null;
}
