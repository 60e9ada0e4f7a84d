using LxcPS.Engine.Configuration;
using LxcPS.Engine.Hooks;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>
/// Makes containers of archives: those of <see cref="ContainerExporter"/>, and a container's directory of LXC's that tar packed. A container appears
/// with all of it, or not at all.
/// </summary>
public sealed class ContainerImporter
{
    // So many of what is refused are named.
    private const int Told = 20;

    private readonly HelperProgram helper;
    private readonly ContainerStore store;
    private readonly string path;
    private readonly ImportOptions options;
    private readonly CancellationToken cancel;
    private readonly int archive;
    private readonly ArchiveFormat format;

    private ContainerImporter(HelperProgram helper, ContainerStore store, string path, ImportOptions options, int archive, ArchiveFormat format, CancellationToken cancel)
    {
        this.helper = helper;
        this.store = store;
        this.path = path;
        this.options = options;
        this.archive = archive;
        this.format = format;
        this.cancel = cancel;
    }

    /// <summary>Makes a container of an archive; its name, or null where <see cref="ImportOptions.Confirm"/> did not agree.</summary>
    /// <exception cref="LxcException">
    /// ArchiveFailed, ArchiveRefused (with all that is refused), ContainerExists, InvalidName, IdMapFailed, StorageFull, PermissionDenied, HookFailed or
    /// Canceled.
    /// </exception>
    public static string? Import(HelperProgram helper, ContainerStore store, string path, ImportOptions options, CancellationToken cancel)
    {
        int archive = -1;
        try
        {
            archive = Descriptors.Open(path, OpenFlags.ReadOnly);
            byte[] head = new byte[512];
            ArchiveFormat format = ArchiveFormat.Of(head.AsSpan(0, Math.Max(0, Descriptors.Read(archive, head, path)))) ?? throw NoArchive(path);
            return new ContainerImporter(helper, store, path, options, archive, format, cancel).Run();
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The archive '{DisplayText.Of(path)}' cannot be imported", options.Name);
        }
        finally
        {
            Descriptors.Close(archive);
        }
    }

    private string? Run()
    {
        ArchiveListing listing = List();
        List<string> refused = [.. listing.Refused.Where(entry => !options.Trust || !entry.EndsWith(": a device node", StringComparison.Ordinal))];
        if (refused.Count > 0)
        {
            throw Refused(options.Name, refused, "Do not use it: it is not what tar makes of a container. Device nodes alone are taken with -Trust.");
        }

        Dictionary<string, string> note = ReadNote(listing);
        string name = options.Name ?? note.GetValueOrDefault("name") ?? NameOf(listing);
        ContainerName.Validate(name);
        if (!options.Confirm(name))
        {
            return null;
        }

        using (ContainerCreation creation = store.BeginCreate(name))
        {
            Extract(listing, creation);
            ImportedConfig config = new(creation, note.GetValueOrDefault("directory"), options);
            List<string> settings = config.Refused();
            if (settings.Count > 0)
            {
                throw Refused(name, settings, "See what they do; where you trust who made the archive, take them with -Trust.");
            }

            // Another creation must not choose the same ids before this one's are in the store.
            using (store.LockIds(ConfigChanger.LockTimeout, cancel))
            {
                config.Save(store.IdMapsInUse(), helper, cancel);
            }

            creation.Commit();
        }

        StoreHooks.AfterCreation(store, name, cancel);
        return name;
    }

    private ArchiveListing List()
    {
        int listing = Descriptors.MemoryFile("listing");
        try
        {
            Run(["--list", "--file=-", "-vv", "--numeric-owner", "--quoting-style=c", $"--index-file=/proc/{Environment.ProcessId}/fd/{listing}"], options.Name, "Looking into the archive");
            using StreamReader lines = new($"/proc/self/fd/{listing}", System.Text.Encoding.Latin1);
            return ArchiveListing.Read(lines) ?? throw new LxcException(LxcErrorId.ArchiveFailed, $"The archive '{DisplayText.Of(path)}' holds no container: it has no config at its top")
            {
                Path = path,
                Step = "archive",
                Advice = "For the archive of a root file system alone: New-LxcContainer -Template PATH.",
            };
        }
        finally
        {
            Descriptors.Close(listing);
        }
    }

    private Dictionary<string, string> ReadNote(ArchiveListing listing)
    {
        if (!listing.HasNote)
        {
            return [];
        }

        // The first file of the archive: tar need not read on.
        string text = Run(["--extract", "--file=-", "--to-stdout", "--occurrence=1", listing.Prefix + ContainerExporter.NoteName], options.Name, "Looking into the archive");
        return text.Split('\n').Select(line => line.Split(' ', 2)).Where(words => words.Length == 2).DistinctBy(words => words[0]).ToDictionary(words => words[0], words => words[1]);
    }

    private void Extract(ArchiveListing listing, ContainerCreation creation)
    {
        string rootfs = listing.Prefix + "rootfs";
        string[] top = listing.Strip > 0 ? [listing.Prefix.TrimEnd('/')] : [];
        if (Processes.EffectiveUserId == 0)
        {
            Unpack(listing, creation, [], top);
        }
        else
        {
            // What is root's in the archive is the container's root's in the root file system, and beside it the user's.
            Unpack(listing, creation, [.. MappedProgram.CommandLine(helper, UserMaps.OfEverything()), helper.Path], ["--exclude=" + rootfs, .. top]);
            if (listing.HasRootfs)
            {
                Unpack(listing, creation, [.. MappedProgram.CommandLine(helper, UserMaps.OfImages()), helper.Path], [rootfs]);
            }
        }

        RequireNoLinks(creation.Descriptor, "."u8, string.Empty, creation.Name);

        // Containers in the container would be taken for its own: to remove them is to remove the volumes that they name.
        if (new[] { SnapshotStore.DirectoryName, SnapshotStore.Staging }.FirstOrDefault(file => FileTree.TryStatus(creation.Descriptor, file, false, out _)) is { } hidden)
        {
            throw Refused(creation.Name, [$"{hidden}: what only LxcPS makes there"], "Do not use it: it is not what it told of itself.");
        }

        // The archive's entry of the directory itself may have said otherwise.
        FileTree.ChangeOwner(creation.Descriptor, string.Empty, Processes.EffectiveUserId, Processes.EffectiveGroupId);
        FileTree.ChangeMode(creation.Descriptor, 0x1F8 /* 0770 */, creation.Directory);
    }

    // The archive may be another one by now than the one that was judged, and tar may read it otherwise than it said: see UnpackConfinement. In
    // the directory that is open: where this session is killed, it must not write into what has the name afterwards.
    private void Unpack(ArchiveListing listing, ContainerCreation creation, IReadOnlyList<string> runner, IReadOnlyList<string> what) => Run(
        [
            "--extract", "--file=-", "--numeric-owner", "--same-owner", "--same-permissions", "--acls",
            "--xattrs", "--xattrs-include=user.*", "--xattrs-include=trusted.*", "--xattrs-include=security.capability", "--anchored", "--no-wildcards",
            .. ContainerCopier.NotCopied.Append(ContainerExporter.NoteName).Where(file => file != ContainerStore.ConfigName).Select(file => $"--exclude={listing.Prefix}{file}"),
            .. listing.Strip > 0 ? (string[])[$"--strip-components={listing.Strip}"] : [], .. what,
        ], creation.Name, "Unpacking the archive", [.. runner, .. UnpackConfinement.CommandLine(helper, ".", options.Trust)], creation.Descriptor);

    // Outside of the root file system, where what is mounted would lead to where the links do: see ArchiveListing.
    private void RequireNoLinks(int parent, ReadOnlySpan<byte> name, string path, string container)
    {
        int directory = RawNames.Open(parent, name, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            DirectoryReader reader = new(directory, path, new byte[8192]);
            while (reader.Next())
            {
                string below = path.Length == 0 ? RawNames.Show(reader.NameBytes) : $"{path}/{RawNames.Show(reader.NameBytes)}";
                FileDetails? details = RawNames.TryRead(directory, reader.NameBytes);
                if (details is { IsSymbolicLink: true })
                {
                    throw Refused(container, [$"{DisplayText.Of(below)}: a link outside the root file system"], "Do not use it: it is not what it told of itself, or was changed meanwhile.");
                }

                if (details is { IsDirectory: true } && below != "rootfs")
                {
                    RequireNoLinks(directory, reader.NameBytes, below, container);
                }
            }
        }
        finally
        {
            Descriptors.Close(directory);
        }
    }

    private string Run(IReadOnlyList<string> arguments, string? container, string activity, IReadOnlyList<string>? confinement = null, int directory = -1)
    {
        Descriptors.Seek(archive, 0);
        long size = FileTree.Status(archive, string.Empty).Size;
        TransferMeter meter = new(activity, activity == "Unpacking the archive" ? "wchar" : "rchar", options.Progress)
        {
            Position = () => (ArchiveTemplate.PositionOf(archive), size),
        };
        return new ArchiveProgram(path, format, container).Run(arguments, archive, meter, "read", cancel, confinement, directory);
    }

    private string NameOf(ArchiveListing listing)
    {
        string top = listing.Prefix.StartsWith("./", StringComparison.Ordinal) ? listing.Prefix[2..] : listing.Prefix;
        string file = Path.GetFileName(path);
        int suffix = file.LastIndexOf(".tar", StringComparison.OrdinalIgnoreCase);
        return top.Length > 0 ? top.TrimEnd('/') : suffix > 0 ? file[..suffix] : Path.GetFileNameWithoutExtension(file);
    }

    private LxcException Refused(string? name, List<string> what, string advice) =>
        new(LxcErrorId.ArchiveRefused, $"The archive '{DisplayText.Of(path)}' is refused: {string.Join("; ", what.Take(Told))}{(what.Count > Told ? $"; and {what.Count - Told} more" : string.Empty)}")
        {
            ContainerName = name,
            Path = path,
            Step = "archive",
            Advice = advice,
        };

    private static LxcException NoArchive(string path) => new(LxcErrorId.ArchiveFailed, $"'{DisplayText.Of(path)}' is not a tar archive that can be read")
    {
        Path = path,
        Step = "archive",
        Advice = "Give a tar archive: plain, or compressed with gzip, xz, zstd or bzip2.",
    };
}
