using LxcPS.Native;

namespace LxcPS.Engine.Store;

/// <summary>
/// A container under construction: its directory exists with LXC's <c>partial</c> file in it, which is locked, so that no tool lists or
/// starts it. <see cref="Commit"/> makes it a container; without that <see cref="Dispose"/> removes all that was made.
/// </summary>
public sealed class ContainerCreation : IDisposable
{
    internal const string PartialName = "partial";

    private readonly ContainerStore store;
    private int directory;
    private int partial;

    internal ContainerCreation(ContainerStore store, string name, int directory, int partial)
    {
        this.store = store;
        this.directory = directory;
        this.partial = partial;
        Name = name;
    }

    /// <summary>The container.</summary>
    public string Name { get; }

    /// <summary>Its directory.</summary>
    public string Directory => store.DirectoryOf(Name);

    /// <summary>Its directory, opened: a program that outlives its session writes there, and never into what has the name afterwards.</summary>
    internal int Descriptor => directory;

    /// <summary>Where its configuration has to be written.</summary>
    public string ConfigPath => store.ConfigPathOf(Name);

    /// <summary>Where its root file system is to be made.</summary>
    public string RootfsPath => store.RootfsPathOf(Name);

    /// <summary>The open file whose lock shows that it is being made: a program that has it keeps the lock until it ends.</summary>
    internal int LockDescriptor => partial;

    /// <summary>Notes what is about to be made for it outside its directory, for whoever removes what a killed session left: see <see cref="Storage.OwnVolumes"/>.</summary>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal void Note(string text)
    {
        Descriptors.WriteAll(partial, System.Text.Encoding.UTF8.GetBytes(text), PartialName);
        FileTree.Sync(partial, PartialName);
    }

    /// <summary>
    /// Takes the configuration that a program or an archive has left there: its bytes, and the file goes, whose owner, mode, links and other names
    /// are not to be trusted.
    /// </summary>
    /// <exception cref="LinuxException">What the kernel answered: ELOOP for a symbolic link.</exception>
    internal byte[] TakeConfig()
    {
        int file = Descriptors.OpenAt(directory, ContainerStore.ConfigName, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking);
        try
        {
            if (!FileTree.Status(file, string.Empty).IsRegular)
            {
                throw new LinuxException("open", Errno.EINVAL, ConfigPath);
            }

            byte[] bytes = Configuration.ConfigText.ReadAll($"/proc/self/fd/{file}");
            FileTree.Remove(directory, ContainerStore.ConfigName);
            return bytes;
        }
        finally
        {
            Descriptors.Close(file);
        }
    }

    /// <summary>Makes it a container.</summary>
    /// <exception cref="LxcException">StorageFailed: it has no configuration yet, or the kernel refused; it is still under construction.</exception>
    public void Commit()
    {
        ObjectDisposedException.ThrowIf(directory < 0, this);
        try
        {
            if (!FileTree.TryStatus(directory, ContainerStore.ConfigName, true, out _))
            {
                throw new LxcException(LxcErrorId.StorageFailed,
                    $"Container '{DisplayText.Of(Name)}' cannot be defined: '{ConfigPath}' has not been written")
                {
                    ContainerName = Name,
                    Path = ConfigPath,
                    Advice = "Save a configuration there first.",
                };
            }

            FileTree.Sync(directory, Directory);
            FileTree.Remove(directory, PartialName);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"Container '{DisplayText.Of(Name)}' cannot be defined", Name);
        }

        Close();
    }

    /// <summary>Removes everything that was made, unless it has been committed.</summary>
    public void Dispose()
    {
        if (directory < 0)
        {
            return;
        }

        try
        {
            store.RemoveDirectory(Name, CancellationToken.None);
        }
        catch (LxcException)
        {
            // We are called while the error that ended the creation is on its way. What stays is recognised by its unlocked partial file.
        }
        finally
        {
            Close();
        }
    }

    private void Close()
    {
        // The lock last, and both only when the name is a container or gone.
        Descriptors.Close(directory);
        Descriptors.Close(partial);
        directory = partial = -1;
    }
}
