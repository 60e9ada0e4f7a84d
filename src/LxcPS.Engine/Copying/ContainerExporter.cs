using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Images;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>
/// Writes containers that do not run into tar archives: the directory as it is, <c>rootfs</c> whole whatever it is laid over, and a note of
/// where it was; or as images of OCI's kind, the root file system and the program alone. What is written has its name when it is complete, or
/// there is none.
/// </summary>
public static class ContainerExporter
{
    /// <summary>The word of <see cref="OptionsKey"/> by which the mount maps owners, and not the disk.</summary>
    internal const string MappedOption = "idmap=container";

    internal const string OptionsKey = "lxc.rootfs.options";

    /// <summary>The note, the first file of an archive: a line each of a word and a value.</summary>
    internal const string NoteName = "lxcps-archive";

    /// <summary>Writes an archive or an image.</summary>
    /// <param name="store">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="request">Where and as what. The suffix of an archive of LXC's kind says how it is compressed: .tar.zst, .tar.gz, .tar.xz or .tar.</param>
    /// <exception cref="LxcException">
    /// ContainerNotFound, ContainerRunning, ContainerBusy, ConfigUnsupported (a container that shares the host's files), RootfsFailed (one without
    /// a root file system cannot be an image), ArchiveFailed, StorageFull, PermissionDenied or Canceled.
    /// </exception>
    public static void Export(ContainerStore store, string name, ExportRequest request)
    {
        int reservation = StoppedContainer.Reserve(store, name);
        try
        {
            ArchiveFormat? format = Require(store, name, request);
            ContainerConfig config = store.LoadConfig(name);
            RequireWhole(config, name);
            RootfsSource? root = config.Get("lxc.rootfs.path") is { Length: > 0 } value ? RootfsSource.Parse(value) : null;
            if (request.Format == ExportFormat.Oci)
            {
                WriteImage(name, config, root, request);
            }
            else
            {
                Write(store.DirectoryOf(name), name, config, root, request, format!);
            }
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The archive '{DisplayText.Of(request.Path)}' of container '{name}' cannot be written", name);
        }
        finally
        {
            Descriptors.Close(reservation);
        }
    }

    private static void WriteImage(string name, ContainerConfig config, RootfsSource? root, ExportRequest request)
    {
        if (root is null)
        {
            throw new LxcException(LxcErrorId.RootfsFailed, $"Container '{name}' has no root file system that could be an image")
            {
                ContainerName = name,
                Step = "rootfs",
                ConfigKey = "lxc.rootfs.path",
                Advice = "Export it as an archive, without -Format.",
            };
        }

        string architecture = config.Get("lxc.arch") is { Length: > 0 } arch ? ImageArchitecture.Of(arch) : ImageArchitecture.OfHost;
        OciConfig image = OciSettings.ConfigOf(architecture, config.GetAll) with { Created = DateTimeOffset.UtcNow };
        if (Processes.EffectiveUserId != 0)
        {
            new OciExport(request, name) { Maps = UserMaps.WithOwn(IdMaps.Of(config).Entries), Rootfs = root.Text }.Write(image, -1);
            return;
        }

        bool isMapped = LaunchPlanner.RootfsOptions(config, root.HasFileSystem).IdMap is not null;
        int files = root.OpenWhole();
        try
        {
            new OciExport(request, name) { Maps = isMapped ? [] : IdMaps.Of(config).Entries }.Write(image, files);
        }
        finally
        {
            Descriptors.Close(files);
        }
    }

    private static void Write(string directory, string name, ContainerConfig config, RootfsSource? root, ExportRequest request, ArchiveFormat format)
    {
        int files = -1;
        IReadOnlyList<IdMapEntry> maps = Processes.EffectiveUserId == 0 ? [] : UserMaps.WithOwn(IdMaps.Of(config).Entries);
        try
        {
            files = root is null || maps.Count > 0 ? -1 : root.OpenWhole();
            StagedArchive.Write(request.Path, stage =>
            {
                AtomicFile.Write($"{stage}/{NoteName}", Encoding.UTF8.GetBytes($"format 1\nname {name}\ndirectory {directory}\n"), 0x1A4);
                ContainerConfig own = ContainerConfig.FromBytes(config.ToBytes(), $"{stage}/{ContainerStore.ConfigName}");
                own.Rewrite((key, _) => key == "lxc.rootfs.path" ? $"dir:{directory}/rootfs" : null);
                if (maps.Count > 0)
                {
                    // In the archive owners are what the container sees, as in those of root's containers.
                    own.Set(OptionsKey, own.Get(OptionsKey) is { Length: > 0 } options ? $"{options},{MappedOption}" : MappedOption);
                }

                own.Save();
                List<string> arguments =
                [
                    "--create", maps.Count > 0 ? "--file=-" : $"--file={stage}/{StagedArchive.DataName}", "--force-local", "--format=posix", "--numeric-owner", "--acls", "--xattrs", "--sparse",
                    .. UserMaps.OwnerOptions(maps, stage),
                    // The mount that the root file system is read from has nothing of the host's in it; subvolumes are file systems to tar, and the container's own.
                    .. root is null ? ["--one-file-system"] : (string[])[],
                    @"--transform=flags=rh;s,^\.\(/\|$\),rootfs\1,", "--directory=" + stage, "--add-file=" + NoteName, "--add-file=" + ContainerStore.ConfigName,
                    "--directory=" + directory, .. Others(directory, root).Select(file => "--add-file=" + file),
                ];
                if (root is not null)
                {
                    arguments.AddRange(["--directory=/proc/self/fd/0", "."]);
                }

                new ArchiveProgram(request.Path, format, name).Run(arguments, files, new TransferMeter("Writing the archive", "rchar", request.Progress), "written", request.Cancel,
                    maps.Count == 0 ? null : MappedProgram.CommandLine(request.Helper, maps, $"{stage}/{StagedArchive.DataName}", root?.Text ?? MappedProgram.Own));
            }, request.Cancel);
        }
        finally
        {
            Descriptors.Close(files);
        }
    }

    // What lies beside the root file system in the container's directory.
    private static IEnumerable<string> Others(string directory, RootfsSource? root)
    {
        List<string> left = ["rootfs", .. ContainerCopier.NotCopied];
        if (root is not null && root.Directory.StartsWith(directory + "/", StringComparison.Ordinal))
        {
            left.Add(root.Directory[(directory.Length + 1)..].Split('/')[0]);
        }

        return Directory.GetFileSystemEntries(directory).Select(entry => Path.GetFileName(entry)).Where(file => !left.Contains(file)).Order(StringComparer.Ordinal);
    }

    private static ArchiveFormat? Require(ContainerStore store, string name, ExportRequest request)
    {
        return request.Path.StartsWith(store.DirectoryOf(name) + "/", StringComparison.Ordinal)
            ? throw StagedArchive.Refused(request.Path, name, $"'{DisplayText.Of(request.Path)}' is in the directory of the container, and would be part of itself", Errno.EINVAL, "Choose another directory.")
            : StagedArchive.Require(request, name);
    }

    // The template Host: its programs are the host's, /usr alone, and an archive of them would be one of the host.
    private static void RequireWhole(ContainerConfig config, string name)
    {
        foreach (string entry in config.GetAll("lxc.mount.entry"))
        {
            string[] fields = entry.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > 2 && fields[2] == "overlay")
            {
                throw new LxcException(LxcErrorId.ConfigUnsupported, $"Container '{name}' cannot be exported: its /{DisplayText.Of(fields[1])} is laid over the host's, and is not its own")
                {
                    ContainerName = name,
                    ConfigKey = "lxc.mount.entry",
                    Advice = "Make the container from a template with programs of its own, or copy it with Copy-LxcContainer on this host.",
                };
            }
        }
    }
}
