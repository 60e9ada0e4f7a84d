using LxcPS.Engine.Configuration;
using LxcPS.Engine.Mounts;
using LxcPS.Native;

namespace LxcPS.Engine.Devices;

/// <summary>A device of a container's configuration: the line of <c>lxc.mount.entry</c> that binds the host's node.</summary>
/// <param name="Line">The value of the key.</param>
/// <param name="Target">The place in the container, with a leading slash.</param>
/// <param name="Source">The node on the host.</param>
/// <param name="Device">The device, or null where the host does not have it now.</param>
internal sealed record DeviceEntry(string Line, string Target, string Source, HostDevice? Device)
{
    private const string Key = "lxc.mount.entry";

    /// <summary>All of a configuration: binds of single nodes.</summary>
    internal static IReadOnlyList<DeviceEntry> Of(ContainerConfig config)
    {
        List<DeviceEntry> entries = [];
        foreach (string line in config.GetAll(Key))
        {
            MountEntry entry;
            try
            {
                entry = MountEntry.Parse(line, config.Get("lxc.rootfs.mount"));
            }
            catch (LxcException)
            {
                // The start says what is wrong with it; it is no device of ours.
                continue;
            }

            if (!entry.IsBind || entry.IsSourceRelative)
            {
                continue;
            }

            HostDevice? device = HostDevice.TryFind(entry.Source);

            // A device that is unplugged is one still: its line is of the form that adding writes.
            bool isMissing = device is null && entry is { IsOptional: true, CreateDirectory: false } && !FileTree.Exists(entry.Source)
                && entry.Source.StartsWith("/dev/", StringComparison.Ordinal);
            if (device is not null || isMissing)
            {
                entries.Add(new DeviceEntry(line, "/" + entry.Target, entry.Source, device));
            }
        }

        return entries;
    }

    /// <summary>Adds one.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="source">The node on the host.</param>
    /// <param name="target">The place, with a leading slash.</param>
    internal static void Add(ContainerConfig config, string source, string target)
    {
        // Optional, as the device may be unplugged at a start. dev, where the host's mount would make the node useless.
        int node = Descriptors.OpenPath(source);
        bool isDenied = MountCalls.DeniesDevices(node, source);
        Descriptors.Close(node);
        config.Append(Key, [$"{Escape(source)} {Escape(target[1..])} none bind,create=file,optional{(isDenied ? ",dev" : string.Empty)} 0 0"]);
    }

    /// <summary>Takes it away.</summary>
    internal void RemoveFrom(ContainerConfig config) => config.Remove(Key, Line);

    // As fstab(5) wants what separates its fields.
    private static string Escape(string path) =>
        path.Replace("\\", "\\134").Replace(" ", "\\040").Replace("\t", "\\011").Replace("\n", "\\012");
}
