using LxcPS.Engine.Configuration;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Storage;

/// <summary>Makes the root file system of a new container, from a template, on the storage that is asked for.</summary>
internal static class RootfsBuilder
{
    private const string PathKey = "lxc.rootfs.path";
    private const string Unpacked = "unpacked";

    /// <summary>Makes it; what was made before a failure stays, for who made the container's directory to remove.</summary>
    /// <param name="helper">The helper executable.</param>
    /// <param name="template">The template.</param>
    /// <param name="text">The template as the user named it.</param>
    /// <param name="context">What it is made for.</param>
    /// <param name="storage">What it is kept on.</param>
    /// <param name="creation">The container in the making.</param>
    /// <param name="userMaps">The id maps of a user's container; none for root's.</param>
    /// <exception cref="LxcException">As <see cref="RootfsTemplate.Build"/>; StorageUnsupported.</exception>
    internal static TemplateResult Build(HelperProgram helper, RootfsTemplate template, string text, TemplateContext context, StorageOptions storage, ContainerCreation creation,
        IReadOnlyList<IdMapEntry> userMaps)
    {
        try
        {
            if (userMaps.Count > 0)
            {
                return template is ImageTemplate image ? BuildForUser(helper, image, context, storage, userMaps) : BuildForUser(helper, text, context, storage, userMaps);
            }

            return storage == StorageOptions.Default ? BuildPlain(helper, template, context) : BuildOn(helper, template, text, context, storage, creation);
        }
        catch (LinuxException e)
        {
            throw RootfsTemplate.Storage(context, e.Number, e);
        }
    }

    private static TemplateResult BuildPlain(HelperProgram helper, RootfsTemplate template, TemplateContext context) =>
        template is ArchiveTemplate archive ? archive.Unpack(helper, context) : template.Build(context);

    private static TemplateResult BuildOn(HelperProgram helper, RootfsTemplate template, string text, TemplateContext context, StorageOptions storage, ContainerCreation creation)
    {
        StorageType type = RootfsStorage.Choose(storage, creation.Directory, template is DirectoryTemplate, takesVolume: template.Kind != TemplateKind.Host, context.ContainerName);
        RequireServed(template, type, storage.Size, context.ContainerName);
        if (type == StorageType.Overlay)
        {
            return template.Build(context);
        }

        bool isMounted = RootfsStorage.IsMounted(type);
        if (type == StorageType.Btrfs)
        {
            RootfsStorage.MakeSubvolume(creation.Directory, storage.Size, context.ContainerName);
        }

        string? source = template switch
        {
            DirectoryTemplate directory => directory.RequireSource(context),
            ArchiveTemplate archive when isMounted => UnpackBeside(helper, archive, context, creation),
            _ => null,
        };
        string path = type switch
        {
            StorageType.Lvm => MakeVolume(context, storage, creation),
            StorageType.Zfs => ZfsStorage.Make(creation, storage.Size, context.ContainerName),
            _ => RootfsStorage.PathOf(type, creation.Directory),
        };
        TemplateResult result = isMounted ? Fill(helper, path, source, template is ImageTemplate, text, context, storage, type)
            : source is null ? BuildPlain(helper, template, context)
            : Copy(source, template is ImageTemplate, context, creation);
        if (template is ArchiveTemplate && source is not null)
        {
            TreeRemoval.Remove(creation.Descriptor, Unpacked, source);
        }

        TemplateResult kept = result with { Settings = [new(PathKey, path), .. result.Settings.Where(setting => setting.Key != PathKey)] };
        return template is ImageTemplate image ? image.Complete(kept) : kept;
    }

    // Who unpacks has no rights over the host, and could not mount the file. What that costs is to write the files twice.
    private static string UnpackBeside(HelperProgram helper, ArchiveTemplate archive, TemplateContext context, ContainerCreation creation)
    {
        archive.Unpack(helper, context);
        FileTree.Rename(creation.Descriptor, "rootfs", creation.Descriptor, Unpacked);
        return $"{creation.Directory}/{Unpacked}";
    }

    private static string MakeVolume(TemplateContext context, StorageOptions storage, ContainerCreation creation)
    {
        BlockFileSystem.ProgramOf(storage.FileSystem ?? BlockFileSystem.DefaultType, context.ContainerName);
        return LvmStorage.Make(creation, storage.Size == 0 ? BlockFileSystem.DefaultSize : storage.Size, null, context.ContainerName);
    }

    private static TemplateResult Fill(HelperProgram helper, string path, string? source, bool isImage, string text, TemplateContext context, StorageOptions storage, StorageType type)
    {
        context.Progress?.Invoke("Making the file system", -1);
        return MappedFiles.Build(helper, descriptor => new StorageTask
        {
            ReportDescriptor = descriptor,
            Name = context.ContainerName,
            Directory = context.ContainerDirectory,
            Rootfs = path,
            Size = type != StorageType.Loop ? 0 : storage.Size == 0 ? BlockFileSystem.DefaultSize : storage.Size,
            FileSystem = type == StorageType.Zfs ? string.Empty : storage.FileSystem ?? BlockFileSystem.DefaultType,
            Template = source is null ? text : string.Empty,
            Source = source is null ? string.Empty : "dir:" + source,
            HostName = source is null || isImage ? context.HostName : string.Empty,
        }.ToArguments(), context.Progress, context.CancellationToken);
    }

    private static TemplateResult Copy(string source, bool isImage, TemplateContext context, ContainerCreation creation)
    {
        context.Progress?.Invoke("Copying the files", -1);
        TreeCopy.OfDirectory(creation, creation.RootfsPath, source, context.ContainerName, null, context.CancellationToken);
        if (isImage)
        {
            new CopiedIdentity(null, creation.RootfsPath).Name(context.HostName);
        }

        return new TemplateResult([], []);
    }

    private static TemplateResult BuildForUser(HelperProgram helper, string text, TemplateContext context, StorageOptions storage, IReadOnlyList<IdMapEntry> maps) =>
        storage == StorageOptions.Default || RootfsStorage.Choose(storage, context.ContainerDirectory, isShared: false, takesVolume: false, context.ContainerName) == StorageType.Dir
            ? MappedFiles.Build(helper, text, context, maps)
            : throw RootfsStorage.Unsupported(context.ContainerName, "A user's container has no overlay over a directory: its files belong to other ids than the container's", "Use the storage Dir, which copies the directory.");

    // The files of a user's image belong to the ids of his containers.
    private static TemplateResult BuildForUser(HelperProgram helper, ImageTemplate image, TemplateContext context, StorageOptions storage, IReadOnlyList<IdMapEntry> maps)
    {
        string source = DirectoryTemplate.RealPath(image.Source);
        uint owner = FileTree.Status(Descriptors.CurrentDirectory, source).UserId;
        if (!maps.Any(map => map.IsUser && map.HasHostId(owner)))
        {
            throw new LxcException(LxcErrorId.ImageInvalid, $"The image in '{DisplayText.Of(source)}' belongs to other ids ({owner}) than the container's ({maps[0]})")
            {
                ContainerName = context.ContainerName,
                Step = "image",
                Path = source,
                Advice = "It was made by another user, or with other ranges in /etc/subuid: make it again, in a directory of your own (-ImagePath).",
            };
        }

        bool isLaid = storage == StorageOptions.Default || RootfsStorage.Choose(storage, context.ContainerDirectory, isShared: true, takesVolume: false, context.ContainerName) == StorageType.Overlay;
        string path = isLaid ? image.PathOver(source, context) : RootfsStorage.PathOf(StorageType.Dir, context.ContainerDirectory);
        if (isLaid)
        {
            image.Keep(context);
        }

        context.Progress?.Invoke(isLaid ? "Laying an overlay" : "Copying the files", -1);
        TemplateResult made = MappedFiles.Build(helper, descriptor => new StorageTask
        {
            ReportDescriptor = descriptor,
            Name = context.ContainerName,
            Maps = UserMaps.WithOwn(maps),
            Directory = context.ContainerDirectory,
            Rootfs = path,
            Source = isLaid ? string.Empty : "dir:" + source,
            HostName = context.HostName,
        }.ToArguments(), context.Progress, context.CancellationToken);
        return image.Complete(made with { Settings = [new(PathKey, path)] });
    }

    private static void RequireServed(RootfsTemplate template, StorageType type, long size, string name)
    {
        if (template.Kind == TemplateKind.None)
        {
            throw RootfsStorage.Unsupported(name, "The template 'None' makes no root file system that could have a storage", "Leave -Storage, -Size and -FileSystem out.");
        }

        if (type == StorageType.Overlay && template is not DirectoryTemplate)
        {
            throw RootfsStorage.Unsupported(name, $"The storage Overlay is laid over a directory, and the template '{template.Kind}' is none",
                "Give the path of a directory that holds a root file system as template, or use another storage.");
        }

        if (template.Kind == TemplateKind.Host && (RootfsStorage.IsMounted(type) || size != 0))
        {
            throw RootfsStorage.Unsupported(name, "The template 'Host' keeps what the container changes of the host's programs beside its root file system, where no size limits it",
                "Use the storage Dir or Btrfs without a size, or another template.");
        }
    }
}
