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
                RequireForUser(storage, creation.Directory, context.ContainerName);
                return MappedFiles.Build(helper, text, context, userMaps);
            }

            return storage != StorageOptions.Default ? BuildOn(helper, template, text, context, storage, creation)
                : template is ArchiveTemplate archive ? archive.Unpack(helper, context)
                : template.Build(context);
        }
        catch (LinuxException e)
        {
            throw RootfsTemplate.Storage(context, e.Number, e);
        }
    }

    private static TemplateResult BuildOn(HelperProgram helper, RootfsTemplate template, string text, TemplateContext context, StorageOptions storage, ContainerCreation creation)
    {
        StorageType type = RootfsStorage.Choose(storage, creation.Directory, template is DirectoryTemplate, context.ContainerName);
        RequireServed(template, type, storage.Size, context.ContainerName);
        string path = RootfsStorage.PathOf(type is StorageType.Overlay ? StorageType.Dir : type, creation.Directory);
        string? source = template is DirectoryTemplate directory && type != StorageType.Overlay ? directory.RequireSource(context) : null;
        TemplateResult result;
        switch (type)
        {
            case StorageType.Loop:
                context.Progress?.Invoke("Making the file system", -1);
                result = MappedFiles.Build(helper, descriptor => new StorageTask
                {
                    ReportDescriptor = descriptor,
                    Name = context.ContainerName,
                    Directory = creation.Directory,
                    Rootfs = path,
                    Size = storage.Size == 0 ? LoopImage.DefaultSize : storage.Size,
                    FileSystem = storage.FileSystem ?? "ext4",
                    Template = source is not null ? string.Empty : template is ArchiveTemplate archive ? archive.Source : text,
                    Source = source is null ? string.Empty : "dir:" + source,
                    HostName = source is null || template is ImageTemplate ? context.HostName : string.Empty,
                }.ToArguments(), context.Progress, context.CancellationToken);
                break;
            case StorageType.Btrfs:
                RootfsStorage.MakeSubvolume(creation.Directory, storage.Size, context.ContainerName);
                goto default;
            default:
                if (source is null)
                {
                    result = template is ArchiveTemplate packed ? packed.Unpack(helper, context) : template.Build(context);
                    break;
                }

                context.Progress?.Invoke("Copying the directory", -1);
                TreeCopy.To(creation, creation.RootfsPath, source, context.ContainerName, null, context.CancellationToken);
                if (template is ImageTemplate)
                {
                    new CopiedIdentity(null, creation.RootfsPath).Name(context.HostName);
                }

                result = new TemplateResult([], []);
                break;
        }

        if (type == StorageType.Overlay)
        {
            return result;
        }

        TemplateResult kept = result with { Settings = [new(PathKey, path), .. result.Settings.Where(setting => setting.Key != PathKey)] };
        return template is ImageTemplate image ? image.Complete(kept) : kept;
    }

    private static void RequireForUser(StorageOptions storage, string directory, string name)
    {
        if (storage != StorageOptions.Default && RootfsStorage.Choose(storage, directory, false, name) != StorageType.Dir)
        {
            throw RootfsStorage.Unsupported(name, "A user's container has no overlay over a directory: its files belong to other ids than the container's", "Use the storage Dir, which copies the directory.");
        }
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

        if (template.Kind == TemplateKind.Host && (type == StorageType.Loop || size != 0))
        {
            throw RootfsStorage.Unsupported(name, "The template 'Host' keeps what the container changes of the host's programs beside its root file system, where no size limits it",
                "Use the storage Dir or Btrfs without a size, or another template.");
        }
    }
}
