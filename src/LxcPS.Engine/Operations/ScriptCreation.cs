using LxcPS.Engine.Configuration;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Storage;
using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>The part of a creation that a template script does.</summary>
internal static class ScriptCreation
{
    /// <summary>Runs the script. As with LXC it finds a directory for the root file system, and a configuration that names it.</summary>
    /// <exception cref="LxcException">TemplateFailed, with the last lines of its output; StorageFull, StorageFailed, IdMapFailed or Canceled.</exception>
    internal static TemplateResult Run(ContainerStore store, ContainerCreation creation, TemplateContext context, IReadOnlyList<IdMapEntry> userMaps, CreateOptions options)
    {
        if (options.Storage != StorageOptions.Default)
        {
            throw RootfsStorage.Unsupported(context.ContainerName, "A template script makes a directory", "Leave -Storage, -Size and -FileSystem out, and copy the container to another storage.");
        }

        try
        {
            FileTree.MakeDirectory(creation.Descriptor, "rootfs", 0x1ED /* 0755 */);
        }
        catch (LinuxException e)
        {
            throw RootfsTemplate.Storage(context, e.Number, e);
        }

        ContainerConfig skeleton = ContainerConfig.Create(creation.ConfigPath);
        skeleton.Add("lxc.rootfs.path", "dir:" + creation.RootfsPath);
        skeleton.Save();

        // Any ids that are free do: those on the disk are ordinary ones.
        IReadOnlyList<IdMapEntry> maps = userMaps.Count > 0 || options.Privileged ? userMaps : SubordinateIds.ForNewContainer(store.IdMapsInUse(), options.Isolated);
        return MappedFiles.Build(options.Helper, options.Template, context, maps);
    }

    /// <summary>The configuration that the script has left; what is a link, or leads to one, is not taken.</summary>
    /// <exception cref="LxcException">StorageFailed, or an error of the configuration.</exception>
    internal static ContainerConfig ConfigOf(ContainerCreation creation)
    {
        try
        {
            if (!FileTree.Status(creation.Descriptor, "rootfs", follow: false).IsDirectory)
            {
                throw new LinuxException("open", Errno.ENOTDIR, creation.RootfsPath);
            }

            ContainerConfig config = ContainerConfig.FromBytes(creation.TakeConfig(), creation.ConfigPath);
            return config.Check() is [var error, ..] ? throw error : config;
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"What the template script left of container '{creation.Name}' cannot be used", creation.Name);
        }
    }
}
