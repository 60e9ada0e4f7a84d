using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>An image in the making: a directory that no other session sees. Without <see cref="Commit"/> it goes with <see cref="Dispose"/>.</summary>
public sealed class ImageBuild : IDisposable
{
    private readonly ImageStore store;
    private readonly int parent;
    private readonly string hidden;
    private int directory;

    internal ImageBuild(ImageStore store, int parent, string hidden, int directory)
    {
        this.store = store;
        this.parent = parent;
        this.hidden = hidden;
        this.directory = directory;
    }

    /// <summary>Its directory, empty at first.</summary>
    public string Directory => $"{store.Path}/{hidden}";

    /// <summary>Where its root file system is made.</summary>
    public string RootfsPath => $"{Directory}/{ImageStore.RootfsName}";

    /// <summary>The name of the configuration of an image of OCI's kind in <see cref="Directory"/>; null for others.</summary>
    internal string? ConfigName { get; private set; }

    /// <summary>Notes what an image of OCI's kind says of its program: it is understood where its files are.</summary>
    /// <exception cref="LxcException">StorageFull or StorageFailed.</exception>
    internal void WriteConfig(OciConfig config)
    {
        ConfigName = "oci.json";
        AtomicFile.Write($"{Directory}/{ConfigName}", config.ToJson());
    }

    /// <summary>Makes it an image; where the store has the same already that one is returned, and this one goes.</summary>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal ImageInfo Commit(ImageInfo info)
    {
        AtomicFile.Write($"{Directory}/{ImageStore.InfoName}", info.ToJson());

        // Whoever sees the name after a loss of power finds all of its files.
        FileTree.SyncFileSystem(directory, Directory);
        try
        {
            FileTree.Rename(parent, hidden, parent, info.Fingerprint);
        }
        catch (LinuxException e) when (e.Number is Errno.EEXIST or Errno.ENOTEMPTY)
        {
            // The same archive: what it is called and asked for by may be new.
            ImageInfo there = store.Get(info.Fingerprint);
            AtomicFile.Write($"{store.DirectoryOf(there)}/{ImageStore.InfoName}", (info with { Size = there.Size }).ToJson());
            return store.Get(info.Fingerprint);
        }

        FileTree.Sync(parent, store.Path);
        Close();
        return info;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (directory < 0)
        {
            return;
        }

        try
        {
            store.RemoveTree(parent, hidden, Directory, CancellationToken.None);
        }
        catch (Exception e) when (e is LinuxException or LxcException)
        {
            // We are called while the error that ended the work is on its way. What stays is swept with the next image.
        }
        finally
        {
            Close();
        }
    }

    private void Close()
    {
        Descriptors.Close(directory);
        Descriptors.Close(parent);
        directory = -1;
    }
}
