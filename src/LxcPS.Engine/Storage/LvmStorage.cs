using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Storage;

/// <summary>
/// Root file systems on logical volumes, <c>lvm:/dev/GROUP/VOLUME</c>. A volume is noted with the container in the making before it is made, by a tag
/// that nothing else has: so what a killed session left is found, and nothing that only has its name is taken for it.
/// </summary>
internal static class LvmStorage
{
    /// <summary>How <c>lxc.rootfs.path</c> begins.</summary>
    internal const string Prefix = "lvm:";

    private const string TagStart = "lxcps_";

    /// <summary>Makes a volume without a file system: in the thin pool where the group has the one that is configured.</summary>
    /// <param name="creation">The container.</param>
    /// <param name="size">In bytes.</param>
    /// <param name="beside">The path of a volume whose group it is to be in; null for the one that is configured.</param>
    /// <param name="name">The container, or the source of a copy, for messages.</param>
    /// <returns>What <c>lxc.rootfs.path</c> is then.</returns>
    /// <exception cref="LxcException">StorageUnsupported, StorageFull or StorageFailed.</exception>
    internal static string Make(ContainerCreation creation, long size, string? beside, string name)
    {
        SystemSettings settings = SystemSettings.Read();
        string group = (beside is null ? null : PartsOf(beside)?.Group) ?? settings.Get(SystemSettings.LvmGroup)
            ?? throw RootfsStorage.Unsupported(name, "No volume can be made: lxc.bdev.lvm.vg is empty", "Name a volume group there, in /etc/lxc/lxc.conf.");
        List<LogicalVolume> volumes = LvmTools.List(group, name);
        LogicalVolume? pool = volumes.Find(volume => volume.IsThinPool && volume.Name == settings.Get(SystemSettings.LvmThinPool));

        // lvcreate rounds up to its own units, but takes no part of a sector.
        return Create(creation, group, volumes, pool is null ? ["-Wy", "-L", $"{(size + 511) / 512 * 512}b"] : ["-Wy", "--thinpool", pool.Name, "-V", $"{(size + 511) / 512 * 512}b"], group, name);
    }

    /// <summary>Makes a snapshot of a volume, in its group.</summary>
    /// <param name="creation">The copy.</param>
    /// <param name="source">The path of the source's volume.</param>
    /// <param name="volume">That volume.</param>
    /// <param name="name">The source.</param>
    /// <returns>What <c>lxc.rootfs.path</c> is then.</returns>
    /// <exception cref="LxcException">StorageUnsupported, StorageFull or StorageFailed.</exception>
    internal static string Snapshot(ContainerCreation creation, string source, LogicalVolume volume, string name)
    {
        if (volume.IsSnapshot)
        {
            throw RootfsStorage.Unsupported(name, $"The volume '{DisplayText.Of(source)}' is a snapshot itself, and LVM makes none of it", "Copy it without -Snapshot.");
        }

        // One in a pool would not be activated with its group, if it were not told otherwise. One outside is as large as what may be written, so it never overflows.
        (string group, _) = PartsOf(source)!.Value;
        return Create(creation, group, LvmTools.List(group, name), volume.IsThin ? ["-s", "-kn", "-ay"] : ["-s", "-l", "100%ORIGIN"], $"{group}/{volume.Name}", name);
    }

    /// <summary>The volume of a path.</summary>
    /// <exception cref="LxcException">StorageUnsupported: it is none, or LVM is missing; StorageFailed.</exception>
    internal static LogicalVolume Find(string path, string name) =>
        PartsOf(path) is { } parts && LvmTools.List(parts.Group, name).Find(volume => volume.Name == parts.Volume) is { } found ? found
            : throw RootfsStorage.Unsupported(name, $"'{DisplayText.Of(path)}' is no logical volume", "Name it as /dev/GROUP/VOLUME: see lvs.");

    /// <summary>Removes a volume, if it is there; what is no volume, as a partition, is not the container's.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="tag">The tag that it must have; null for any.</param>
    /// <param name="name">The container.</param>
    /// <exception cref="LxcException">ContainerNeeded: it has snapshots; StorageUnsupported; StorageFailed: it is in use.</exception>
    internal static void Remove(string path, string? tag, string name)
    {
        if (PartsOf(path) is not { } parts)
        {
            return;
        }

        List<LogicalVolume> volumes = LvmTools.List(parts.Group, name);
        if (volumes.Find(volume => tag is null ? volume.Name == parts.Volume : volume.Tags.Contains(tag)) is not { } own)
        {
            return;
        }

        // lvremove would take them, too. They may be those of containers that are on their way out.
        string[] snapshots = [.. volumes.Where(volume => volume.IsSnapshot && volume.Origin == own.Name).Select(volume => volume.Name)];
        string what = $"The volume '{DisplayText.Of($"/dev/{parts.Group}/{own.Name}")}' cannot be removed";
        if (snapshots.Length > 0)
        {
            throw new LxcException(LxcErrorId.ContainerNeeded, $"{what}: its snapshots {string.Join(", ", snapshots)} would go with it")
            {
                ContainerName = name,
                Step = "storage",
                Advice = "Remove those first, with the containers that have them.",
            };
        }

        BlockFileSystem.WaitUnused($"/dev/{parts.Group}/{own.Name}", what, name);
        LvmTools.Run("lvremove", ["-f", "-y", $"{parts.Group}/{own.Name}"], parts.Group, what, name);
    }

    /// <summary>The detached mount of a volume, which is activated where it is not.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="options">Options of its file system.</param>
    /// <exception cref="LxcException">RootfsFailed: what it holds is not known; StorageUnsupported or StorageFailed: it cannot be activated.</exception>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal static int Mount(string path, IReadOnlyList<string> options) => BlockFileSystem.Mount(TypeOf(path), path, options);

    /// <summary>The file system on a volume, which is activated where it is not.</summary>
    /// <exception cref="LxcException">RootfsFailed: it is none that is known; StorageUnsupported or StorageFailed: it cannot be activated.</exception>
    /// <exception cref="LinuxException">The device cannot be read.</exception>
    internal static string TypeOf(string path)
    {
        if (!FileTree.Exists(path) && PartsOf(path) is { } parts)
        {
            LvmTools.Run("lvchange", ["-ay", "-K", $"{parts.Group}/{parts.Volume}"], parts.Group, $"The volume '{DisplayText.Of(path)}' cannot be activated", string.Empty);
        }

        int device = Descriptors.Open(path, OpenFlags.ReadOnly);
        try
        {
            return BlockFileSystem.TypeOf(device, path);
        }
        finally
        {
            Descriptors.Close(device);
        }
    }

    /// <summary>The group and the volume of <c>/dev/GROUP/VOLUME</c>; null for other paths.</summary>
    internal static (string Group, string Volume)? PartsOf(string path) =>
        path.Split('/') is ["", "dev", { Length: > 0 } group, { Length: > 0 } volume] && group != "mapper" ? (group, volume) : null;

    private static string Create(ContainerCreation creation, string group, List<LogicalVolume> volumes, string[] kind, string of, string name)
    {
        string volume = VolumeName.For(creation.Directory, volumes.Select(other => other.Name));
        string path = $"{Prefix}/dev/{group}/{volume}";
        string tag = TagStart + Guid.NewGuid().ToString("n");
        creation.Note($"{path}\t{tag}\n");
        LvmTools.Run("lvcreate", ["-y", "-n", volume, "--addtag", tag, .. kind, of], group, $"The volume '/dev/{group}/{volume}' cannot be made", name, creation.LockDescriptor);
        return path;
    }
}
