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

    /// <summary>Removes what an archive brought beside the root file system: no file of an image is the archive's to write.</summary>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal void KeepRootfsAlone()
    {
        foreach (string entry in System.IO.Directory.GetFileSystemEntries(Directory))
        {
            string name = Path.GetFileName(entry);
            if (name == ImageStore.RootfsName)
            {
                continue;
            }

            if (FileTree.Status(directory, name, follow: false).IsDirectory)
            {
                TreeRemoval.Remove(directory, name, entry);
            }
            else
            {
                FileTree.Remove(directory, name);
            }
        }
    }

    /// <summary>Makes it an image; where the store has the same already that one is returned, and this one goes.</summary>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal ImageInfo Commit(ImageInfo info)
    {
        ImageInfo complete = info with { Size = DiskUsage.Of(RootfsPath) };
        AtomicFile.Write($"{Directory}/{ImageStore.InfoName}", complete.ToJson());

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
            AtomicFile.Write($"{store.DirectoryOf(there)}/{ImageStore.InfoName}", (complete with { Size = there.Size }).ToJson());
            return store.Get(info.Fingerprint);
        }

        FileTree.Sync(parent, store.Path);
        Close();
        return complete;
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
            TreeRemoval.Remove(parent, hidden, Directory);
        }
        catch (LinuxException)
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
