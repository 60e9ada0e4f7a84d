using LxcPS.Engine.Configuration;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Storage;

/// <summary>Copies the root file system of a container into the directory of another.</summary>
/// <param name="root">The source's root file system.</param>
/// <param name="directory">The source's directory.</param>
/// <param name="name">The source's name.</param>
/// <param name="creation">The copy in the making.</param>
/// <param name="maps">The id maps of a user's container, with his own ids behind them; none for root.</param>
/// <param name="options">How.</param>
internal sealed class RootfsCopy(RootfsSource root, string directory, string name, ContainerCreation creation, IReadOnlyList<IdMapEntry> maps, CopyOptions options)
{
    private readonly bool isSnapshot = options.Snapshot || options.Ephemeral;

    /// <summary>Whether the copy needs the source to stay.</summary>
    internal bool IsLaid { get; private set; }

    /// <summary>Whether the copy has of its own what the source's layers show.</summary>
    internal bool IsMerged { get; private set; }

    /// <summary>The name in the source's directory that is the root file system, and not copied as the rest is; null where that lies elsewhere, or the copy has it there too.</summary>
    internal string? Part
    {
        get
        {
            string path = root.Type == "overlay" ? Path.GetDirectoryName(root.Directory)! : root.Directory;
            return (root.Type != "overlay" || IsMerged) && Path.GetDirectoryName(path) == directory ? Path.GetFileName(path) : null;
        }
    }

    /// <summary>Gives the directory of a user's new container a host name of its own, see <see cref="CopiedIdentity.Renew"/>.</summary>
    /// <exception cref="LxcException">What the helper failed with, or Canceled.</exception>
    internal static void Renew(HelperProgram helper, ContainerCreation creation, string oldHost, string newHost, CancellationToken cancel) => MappedFiles.Build(helper, descriptor => new StorageTask
    {
        ReportDescriptor = descriptor,
        Name = creation.Name,
        Maps = UserMaps.OfImages(),
        Directory = creation.Directory,
        Rootfs = RootfsStorage.PathOf(StorageType.Dir, creation.Directory),
        OldHostName = oldHost,
        HostName = newHost,
    }.ToArguments(), null, cancel);

    /// <summary>Makes the copy; what <c>lxc.rootfs.path</c> is then.</summary>
    /// <param name="oldHost">The source's host name.</param>
    /// <param name="newHost">The copy's, or null where it keeps the source's identity.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LxcException">StorageUnsupported, ConfigUnsupported, CopyFailed, StorageFull, StorageFailed or Canceled.</exception>
    internal string Make(string oldHost, string? newHost, CancellationToken cancel)
    {
        try
        {
            StorageType type = Choose();
            options.Progress?.Invoke(type == StorageType.Overlay && root.Type == "dir" ? "Laying an overlay" : "Copying files");
            if (maps.Count > 0)
            {
                return MakeAsUser(type, oldHost, newHost, cancel);
            }

            (string path, string? lower, string? writes) = type == StorageType.Overlay ? (root.Type == "dir" ? LayOver() : CopyUpper(cancel)) : CopyTo(type, oldHost, newHost, cancel);
            if (writes is not null && newHost is not null)
            {
                new CopiedIdentity(lower, writes).Renew(oldHost, newHost);
            }

            return path;
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The root file system of a copy of container '{name}' cannot be made in '{DisplayText.Of(creation.Directory)}'", name);
        }
    }

    // As the source has it, where nothing is asked for; a snapshot of a directory is an overlay.
    private StorageType Choose()
    {
        StorageType own = root.Type switch
        {
            "overlay" => StorageType.Overlay,
            "btrfs" => StorageType.Btrfs,
            "loop" => StorageType.Loop,
            "lvm" => StorageType.Lvm,
            "zfs" => StorageType.Zfs,
            _ => StorageType.Dir,
        };
        bool isDefault = options.Storage.Type is null;
        StorageType type = RootfsStorage.Choose(options.Storage with { Type = isDefault ? (own == StorageType.Dir && isSnapshot ? StorageType.Overlay : own) : options.Storage.Type },
            creation.Directory, isShared: false, takesVolume: !options.InMemory && !options.Snapshot, name);
        if (options.Snapshot && (type is StorageType.Dir or StorageType.Loop || (type is StorageType.Lvm or StorageType.Zfs && own != type)))
        {
            throw RootfsStorage.Unsupported(name, $"A copy of container '{name}' on the storage {type} cannot be a snapshot", "Copy it without -Snapshot: where the file system shares blocks that takes no more room.");
        }

        if (options.InMemory && RootfsStorage.IsMounted(type))
        {
            throw RootfsStorage.Unsupported(name, $"A copy of container '{name}' on the storage {type} cannot have its writes in memory: they are laid over a directory", "Copy it with -Storage Dir, or without -InMemory.");
        }

        if (type == StorageType.Overlay && own is not (StorageType.Dir or StorageType.Overlay))
        {
            throw RootfsStorage.Unsupported(name, $"No overlay can be laid over the storage {own} of container '{name}'", "Leave -Storage out.");
        }

        return type;
    }

    private (string Path, string? Lower, string? Writes) CopyTo(StorageType type, string oldHost, string? newHost, CancellationToken cancel)
    {
        // What is laid under the source is not needed by what has the files.
        IsMerged = root.Type is "overlay" or "lvm";
        long size = options.Storage.Size;
        if (type == StorageType.Btrfs && root.Type == "btrfs" && RootfsStorage.TrySnapshot(root.Directory, creation.Directory, size, name))
        {
            return (RootfsStorage.PathOf(type, creation.Directory), null, creation.RootfsPath);
        }

        if (options.Snapshot && type == StorageType.Btrfs)
        {
            throw RootfsStorage.Unsupported(name, $"A snapshot of '{DisplayText.Of(root.Directory)}' in '{DisplayText.Of(creation.Directory)}' cannot be made: both have to be subvolumes of one file system",
                "Copy it without -Snapshot.");
        }

        NewVolume made = type switch
        {
            StorageType.Loop => MakeLoop(cancel),
            StorageType.Lvm => MakeVolume(),
            StorageType.Zfs when root.Type == "zfs" => new(ZfsStorage.Clone(creation, root.Directory, size, name), string.Empty),
            StorageType.Zfs => new(ZfsStorage.Make(creation, size, name), root.Text),
            _ => new(RootfsStorage.PathOf(type, creation.Directory), root.Text),
        };
        if (type == StorageType.Btrfs)
        {
            RootfsStorage.MakeSubvolume(creation.Directory, size, name);
        }

        if (!RootfsStorage.IsMounted(type) && root.Type == "dir")
        {
            TreeCopy.OfDirectory(creation, creation.RootfsPath, root.Directory, name, options.Transfer, cancel);
            return (made.Path, null, creation.RootfsPath);
        }

        if (made.Source.Length > 0 || newHost is not null)
        {
            Fill(made, oldHost, newHost, cancel);
        }

        return (made.Path, null, null);
    }

    private NewVolume MakeLoop(CancellationToken cancel)
    {
        string path = RootfsStorage.PathOf(StorageType.Loop, creation.Directory);
        int file = root.Type == "loop" ? LoopImage.Lock(root.Directory) : -1;
        try
        {
            (string own, long ownSize) = OwnFileSystem(file);
            (string type, long size) = Wanted(own, ownSize);
            if (file >= 0 && own == "ext4" && type == own && size == ownSize)
            {
                // The others know a file system by an identity, which the whole file's copy would share.
                TreeCopy.OfFile(creation, $"{creation.Directory}/rootdev", root.Directory, name, options.Transfer, cancel);
                return new(path, string.Empty);
            }

            return new(path, root.Text, type, size);
        }
        finally
        {
            Descriptors.Close(file);
        }
    }

    private NewVolume MakeVolume()
    {
        LogicalVolume? source = root.Type == "lvm" ? LvmStorage.Find(root.Directory, name) : null;
        (string own, long ownSize) = source is null ? OwnFileSystem(-1) : (LvmStorage.TypeOf(root.Directory), source.Size);
        (string type, long size) = Wanted(own, ownSize);
        bool isAlike = type == own && size == ownSize && own != "btrfs";
        if (source is not null && isAlike && (isSnapshot || source.IsThin))
        {
            IsLaid = !source.IsThin;
            return new(LvmStorage.Snapshot(creation, root.Directory, source, name), string.Empty);
        }

        if (options.Snapshot)
        {
            throw RootfsStorage.Unsupported(name, $"A snapshot of the volume '{DisplayText.Of(root.Directory)}' has its size and its file system, which must not be btrfs: that takes two of one identity for one",
                "Copy it without -Snapshot.");
        }

        BlockFileSystem.ProgramOf(type, name);
        return new(LvmStorage.Make(creation, size, source is null ? null : root.Directory, name), root.Text, type);
    }

    // What the source has, or a new one would have. The file is the source's where that is a loop file.
    private (string Type, long Size) OwnFileSystem(int file)
    {
        switch (root.Type)
        {
            case "loop" when file < 0:
                file = LoopImage.Lock(root.Directory);
                try
                {
                    return OwnFileSystem(file);
                }
                finally
                {
                    Descriptors.Close(file);
                }

            case "loop":
                return (BlockFileSystem.TypeOf(file, root.Directory), FileTree.Status(file, string.Empty).Size);
            case "lvm":
                return (LvmStorage.TypeOf(root.Directory), LvmStorage.Find(root.Directory, name).Size);
            default:
                return (BlockFileSystem.DefaultType, BlockFileSystem.DefaultSize);
        }
    }

    private (string Type, long Size) Wanted(string own, long ownSize) => (options.Storage.FileSystem ?? own, options.Storage.Size == 0 ? ownSize : options.Storage.Size);

    private void Fill(NewVolume made, string oldHost, string? newHost, CancellationToken cancel) =>
        MappedFiles.Build(options.Helper, descriptor => new StorageTask
        {
            ReportDescriptor = descriptor,
            Name = name,
            Maps = maps,
            Directory = creation.Directory,
            Rootfs = made.Path,
            Size = made.FileSize,
            FileSystem = made.FileSystem,
            Source = made.Source,
            OldHostName = oldHost,
            HostName = newHost ?? string.Empty,
        }.ToArguments(), null, cancel, transfer: options.Transfer);

    // Directories and overlays alone: what else there is takes root's rights.
    private string MakeAsUser(StorageType type, string oldHost, string? newHost, CancellationToken cancel)
    {
        IsMerged = type == StorageType.Dir && root.Type == "overlay";
        IsLaid = type == StorageType.Overlay && root.Type == "dir";
        string path = IsLaid ? OverlayPath() : type == StorageType.Overlay ? $"overlay:{string.Join(':', root.Lower)}:{UpperPlace()}" : RootfsStorage.PathOf(type, creation.Directory);
        string source = IsLaid ? string.Empty : type == StorageType.Overlay ? "dir:" + root.Directory : root.Text;
        Fill(new(path, source), oldHost, newHost, cancel);
        return path;
    }

    private (string Path, string? Lower, string? Writes) LayOver()
    {
        string path = OverlayPath();
        string layers = creation.Directory + "/overlay";
        OverlayLayers.Make(root.Directory, layers, "delta", "work");
        FileTree.MakeDirectory(Descriptors.CurrentDirectory, creation.RootfsPath, 0x1ED);
        IsLaid = true;
        return (path, root.Directory, layers + "/delta");
    }

    // LXC's own layout, so that its tools know it.
    private string OverlayPath()
    {
        string lower = root.Directory;
        string layers = creation.Directory + "/overlay";
        return !lower.Contains(':') && !layers.Contains(':') ? $"overlay:{lower}:{layers}/delta"
            : throw new LxcException(LxcErrorId.ConfigUnsupported, $"The path '{DisplayText.Of(lower.Contains(':') ? lower : layers)}' has a colon, which separates the layers in lxc.rootfs.path")
            {
                ContainerName = name,
                ConfigKey = "lxc.rootfs.path",
                Advice = "Copy it without -Snapshot, or use a path without a colon.",
            };
    }

    private (string Path, string? Lower, string? Writes) CopyUpper(CancellationToken cancel)
    {
        string place = UpperPlace();
        FileTree.MakeDirectories(Path.GetDirectoryName(place)!, 0x1C0);
        TreeCopy.OfDirectory(creation, place, root.Directory, name, options.Transfer, cancel);
        FileTree.MakeDirectory(Descriptors.CurrentDirectory, $"{Path.GetDirectoryName(place)}/{Path.GetFileName(RootfsSource.WorkDirectoryOf(root.Directory))}", 0x1C0);
        return ($"overlay:{string.Join(':', root.Lower)}:{place}", root.Lower[^1], place);
    }

    private string UpperPlace() => root.Directory.StartsWith(directory + "/", StringComparison.Ordinal) ? new PathChange(directory, creation.Directory).Apply(root.Directory) : creation.Directory + "/overlay/delta";

    // Where the copy is, what its files come from where they are not there yet, the file system to make first, and the size of the file for it.
    private readonly record struct NewVolume(string Path, string Source, string FileSystem = "", long FileSize = 0);
}
