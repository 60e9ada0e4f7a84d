using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;
using LxcPS.Native;

namespace LxcPS.Engine.Store;

/// <summary>A directory of containers in LXC's layout: a directory each, with <c>config</c> and mostly <c>rootfs</c> in it.</summary>
public sealed partial class ContainerStore
{
    internal const string ConfigName = "config";

    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);

    /// <summary>Refers to a directory of containers; it need not exist.</summary>
    /// <param name="lxcPath">Its path; a relative one is taken from the working directory.</param>
    public ContainerStore(string lxcPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(lxcPath);
        string path = Path.GetFullPath(lxcPath);
        LxcPath = path.Length > 1 ? path.TrimEnd('/') : path;
    }

    /// <summary>
    /// LXC's default directory: for root <c>lxc.lxcpath</c> of /etc/lxc/lxc.conf or /var/lib/lxc, for others <c>lxc.lxcpath</c> of
    /// ~/.config/lxc/lxc.conf, or lxc below $XDG_DATA_HOME or ~/.local/share.
    /// </summary>
    public static string DefaultLxcPath => SystemSettings.Read().Get(SystemSettings.LxcPath)!;

    /// <summary>The directory, absolute and without a slash at the end, as LXC names it in sockets and locks.</summary>
    public string LxcPath { get; }

    /// <summary>The directory that locks are kept below; null for LXC's.</summary>
    internal string? RuntimeDirectory { get; init; }

    /// <summary>
    /// The helper executable, for what the caller's own rights do not reach because ids of a user's containers own it; null where there is none.
    /// </summary>
    public HelperProgram? Helper { get; init; }

    /// <summary>The names of all containers, sorted by their bytes; without those that are being made. Empty where the directory is missing.</summary>
    /// <exception cref="LxcException">PermissionDenied or StorageFailed: the directory cannot be read.</exception>
    public IReadOnlyList<string> Names()
    {
        List<string> names = [];
        foreach (string name in Directories())
        {
            if (FileTree.Exists(ConfigPathOf(name)) && !FileTree.Exists(PartialPathOf(name)))
            {
                names.Add(name);
            }
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>Whether there is a container of that name; false for what cannot be a name.</summary>
    public bool Exists(string name) =>
        ContainerName.IsValid(name) && FileTree.Exists(ConfigPathOf(name)) && !FileTree.Exists(PartialPathOf(name));

    /// <summary>The directory of a container.</summary>
    public string DirectoryOf(string name) => LxcPath == "/" ? "/" + name : $"{LxcPath}/{name}";

    /// <summary>The configuration file of a container.</summary>
    public string ConfigPathOf(string name) => $"{DirectoryOf(name)}/{ConfigName}";

    /// <summary>Where a container's root file system is by default.</summary>
    public string RootfsPathOf(string name) => $"{DirectoryOf(name)}/rootfs";

    /// <summary>Reads the configuration of a container; a change of name that was cut off is finished first.</summary>
    /// <exception cref="LxcException">InvalidName, ContainerNotFound, ContainerBusy, or as <see cref="ContainerConfig.Load(string)"/>.</exception>
    public ContainerConfig LoadConfig(string name) => LoadConfig(name, ContainerConfig.Load);

    /// <summary>The same whatever the errors of the configuration are.</summary>
    /// <exception cref="LxcException">As <see cref="ContainerConfig.Load(string, out IReadOnlyList{LxcException})"/>.</exception>
    public ContainerConfig LoadConfig(string name, out IReadOnlyList<LxcException> errors)
    {
        IReadOnlyList<LxcException> found = [];
        ContainerConfig config = LoadConfig(name, path => ContainerConfig.Load(path, out found));
        errors = found;
        return config;
    }

    private ContainerConfig LoadConfig(string name, Func<string, ContainerConfig> load)
    {
        RequireExisting(name);
        Repair(name);
        try
        {
            return load(ConfigPathOf(name));
        }
        catch (LxcException e) when (e.Errno == Errno.ENOENT && e.Path == ConfigPathOf(name) && e.Line == 0)
        {
            throw NotFound(name);
        }
    }

    /// <summary>Takes LXC's lock on a container; for changes of several steps, given to what makes them.</summary>
    /// <param name="name">The container; it need not exist.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="LxcException">InvalidName, ContainerBusy, PermissionDenied or StorageFailed.</exception>
    public ContainerLock Lock(string name, TimeSpan timeout, CancellationToken cancel = default)
    {
        ContainerName.Validate(name);
        return ContainerLock.Acquire(RuntimeDirectory ?? ContainerLock.RuntimeDirectory, LxcPath, name, timeout, cancel);
    }

    /// <summary>
    /// Takes the lock under which ids are given to new containers: from <see cref="IdMapsInUse"/> until the new configuration is saved, so
    /// that no two sessions give the same.
    /// </summary>
    /// <exception cref="LxcException">ContainerBusy, PermissionDenied or StorageFailed.</exception>
    public ContainerLock LockIds(TimeSpan timeout, CancellationToken cancel = default) =>
        // No container's name begins with a dot.
        ContainerLock.Acquire(RuntimeDirectory ?? ContainerLock.RuntimeDirectory, LxcPath, ".ids", timeout, cancel);

    /// <summary>Takes the lock under which the hooks of all containers are changed.</summary>
    /// <exception cref="LxcException">ContainerBusy, PermissionDenied or StorageFailed.</exception>
    internal ContainerLock LockHooks(TimeSpan timeout) =>
        ContainerLock.Acquire(RuntimeDirectory ?? ContainerLock.RuntimeDirectory, LxcPath, ".hooks", timeout, default);

    /// <summary>The id maps of all containers, also of those that are being made; what cannot be read of a configuration is passed over.</summary>
    public IReadOnlyList<IdMapEntry> IdMapsInUse()
    {
        List<IdMapEntry> maps = [];
        foreach (string name in Directories())
        {
            try
            {
                foreach (string value in ContainerConfig.ValuesIn(ConfigPathOf(name), "lxc.idmap"))
                {
                    maps.Add(IdMapEntry.Parse(value));
                }
            }
            catch (LxcException e) when (e.ErrorId is LxcErrorId.StorageFailed or LxcErrorId.PermissionDenied)
            {
                // Removed meanwhile, no container at all, or another user's, whose ids are others in any case.
            }
        }

        return maps;
    }

    // All directories that may be containers, in the order of the file system.
    private List<string> Directories()
    {
        List<string> names = [];
        int fd = -1;
        try
        {
            fd = Descriptors.Open(LxcPath, OpenFlags.ReadOnly | OpenFlags.Directory);
            DirectoryReader reader = new(fd, LxcPath);
            while (reader.Next())
            {
                if (reader.Type is DirectoryReader.DT_DIR or DirectoryReader.DT_LNK or DirectoryReader.DT_UNKNOWN
                    && reader.Name is { } name && ContainerName.IsValid(name))
                {
                    names.Add(name);
                }
            }
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR)
        {
            return [];
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The containers in '{DisplayText.Of(LxcPath)}' cannot be listed");
        }
        finally
        {
            Descriptors.Close(fd);
        }

        return names;
    }

    private string PartialPathOf(string name) => $"{DirectoryOf(name)}/{ContainerCreation.PartialName}";

    private void RequireExisting(string name)
    {
        ContainerName.Validate(name);
        if (!Exists(name))
        {
            throw NotFound(name);
        }
    }

    /// <summary>The error of a name that has no container, or none that the caller may see.</summary>
    public LxcException NotFound(string name)
    {
        if (IsClosed(DirectoryOf(name)))
        {
            return new LxcException(LxcErrorId.PermissionDenied, $"Container '{DisplayText.Of(name)}' in '{DisplayText.Of(LxcPath)}' belongs to another user")
            {
                ContainerName = name,
                Path = DirectoryOf(name),
                Errno = Errno.EACCES,
                Advice = "Run as the user that owns the container, or as root.",
            };
        }

        bool partial = FileTree.Exists(PartialPathOf(name));
        return new LxcException(LxcErrorId.ContainerNotFound, partial
            ? $"Container '{DisplayText.Of(name)}' in '{DisplayText.Of(LxcPath)}' is not complete: it is being created, or its creation was cut off"
            : $"There is no container '{DisplayText.Of(name)}' in '{DisplayText.Of(LxcPath)}'")
        {
            ContainerName = name,
            Path = DirectoryOf(name),
            Advice = partial ? "Wait until it is created, or remove it." : "See Get-LxcContainer for those that there are, and -LxcPath for other directories.",
        };

        // One that cannot be seen may be so because of a directory above.
        static bool IsClosed(string? directory)
        {
            FileStatus status = default;
            while (directory is not null && !FileTree.TryStatus(Descriptors.CurrentDirectory, directory, true, out status))
            {
                directory = Path.GetDirectoryName(directory);
            }

            return directory is not null && status.IsDirectory && !Permissions.CanAccess(directory, Permissions.Execute);
        }
    }
}
