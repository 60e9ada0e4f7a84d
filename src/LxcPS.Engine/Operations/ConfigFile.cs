using LxcPS.Engine.Configuration;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Operations;

/// <summary>A configuration file to be read or changed whatever its errors are: a container's, or one that stands for itself.</summary>
public sealed class ConfigFile
{
    private readonly ContainerStore? store;
    private readonly string? name;

    private ConfigFile(string path, ContainerStore? store, string? name)
    {
        Path = path;
        this.store = store;
        this.name = name;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The configuration of a container.</summary>
    public static ConfigFile Of(ContainerStore store, string name) => new(store.ConfigPathOf(name), store, name);

    /// <summary>Any file in the format of lxc.container.conf(5).</summary>
    public static ConfigFile At(string path) => new(System.IO.Path.GetFullPath(path), null, null);

    /// <summary>Reads it; what is wrong is passed over and told by <see cref="ContainerConfig.FindProblems"/>.</summary>
    /// <exception cref="LxcException">ContainerNotFound, StorageFailed or PermissionDenied.</exception>
    public ContainerConfig Load() => store is null ? ContainerConfig.Load(Path, out _) : store.LoadConfig(name!, out _);

    /// <summary>
    /// Changes it under the lock that all writers take: for a container's configuration LXC's own on the container, also where it is named by its
    /// path; for another file one of the same kind on the file. It is written only where something changed.
    /// </summary>
    /// <exception cref="LxcException">ContainerBusy, the errors of the change, StorageFull or another error of the file, which is as it was.</exception>
    public void Change(Action<ContainerConfig> change)
    {
        using ContainerLock held = Lock();
        ContainerConfig config = Load();
        string before = config.Text;
        change(config);
        if (config.Text != before)
        {
            config.Save();
        }
    }

    private ContainerLock Lock()
    {
        if (store is not null)
        {
            return store.Lock(name!, ConfigChanger.LockTimeout);
        }

        // A symbolic link is followed as the writing does, so that the lock is on what is written.
        string file = new FileInfo(Path) is { LinkTarget: not null } link && link.ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : Path;
        string directory = System.IO.Path.GetDirectoryName(file) ?? "/";
        bool isContainer = System.IO.Path.GetFileName(file) == ContainerStore.ConfigName && directory.Length > 1;
        return isContainer
            ? ContainerLock.Acquire(System.IO.Path.GetDirectoryName(directory)!, System.IO.Path.GetFileName(directory), ConfigChanger.LockTimeout)
            : ContainerLock.Acquire(directory, System.IO.Path.GetFileName(file), ConfigChanger.LockTimeout);
    }
}
