using System.Text;
using LxcPS.Engine.Storage;
using LxcPS.Native;

namespace LxcPS.Engine.Store;

/// <summary>
/// Directories that are on their way in or out: their names begin with a dot, so neither LXC nor we list them, and who works on one holds
/// its flock(2). One without is what a killed session left.
/// </summary>
internal static class HiddenDirectory
{
    /// <summary>Removes a directory below an open one and all in it; the path is for messages.</summary>
    internal delegate void TreeRemover(int parent, string name, string path, CancellationToken cancel);

    private const int Digits = 8;

    // So that the whole fits into a component of a path.
    private const int MaximumName = 200;

    /// <summary>Makes and locks a directory for a container that is being made.</summary>
    /// <param name="parent">The open directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="hidden">What the directory is called.</param>
    /// <returns>The open directory, which holds the lock.</returns>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal static int Make(int parent, string name, out string hidden)
    {
        while (true)
        {
            hidden = Name(name, ".creating-");
            FileTree.MakeDirectory(parent, hidden, 0x1C0 /* 0700 */);
            int fd = -1;
            bool kept = false;
            try
            {
                // Until it is locked another session may take it for a leftover: then it is made again.
                fd = Descriptors.OpenAt(parent, hidden, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
                kept = FileLocks.TryLockDirectory(fd, hidden) && FileTree.TryStatus(parent, hidden, false, out FileStatus status)
                    && status.Inode == FileTree.Status(fd, string.Empty).Inode;
                if (kept)
                {
                    return fd;
                }
            }
            catch (LinuxException e) when (e.Number == Errno.ENOENT)
            {
            }
            finally
            {
                Descriptors.Close(kept ? -1 : fd);
            }
        }
    }

    /// <summary>Removes a container's directory: out of sight at once, then its volumes, then name by name.</summary>
    /// <param name="parent">The open directory of containers.</param>
    /// <param name="lxcPath">Its path, for messages.</param>
    /// <param name="name">The container.</param>
    /// <param name="remove">Removes a tree.</param>
    /// <param name="cancel">Stops the removal; what is left is out of sight and goes with the next change in that directory.</param>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    /// <exception cref="LxcException">A volume cannot be removed; the container is there as it was.</exception>
    internal static void Remove(int parent, string lxcPath, string name, TreeRemover remove, CancellationToken cancel)
    {
        int fd = Descriptors.OpenAt(parent, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        try
        {
            // Another who removes leftovers holds it for a moment at most, or is welcome to the work.
            FileLocks.TryLockDirectory(fd, name);
            string hidden = Name(name, ".removing-");
            FileTree.Rename(parent, name, parent, hidden);
            try
            {
                OwnVolumes.Remove($"{lxcPath}/{hidden}", name);
            }
            catch (LxcException)
            {
                // All that is in the directory is still there, and names what could not be removed.
                FileTree.Rename(parent, hidden, parent, name);
                throw;
            }

            remove(parent, hidden, $"{lxcPath}/{hidden}", cancel);
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    /// <summary>Removes what killed sessions left.</summary>
    internal static void Sweep(int parent, string lxcPath, TreeRemover remove, CancellationToken cancel)
    {
        List<string> leftovers = [];
        DirectoryReader reader = new(parent, lxcPath);
        reader.Rewind();
        while (reader.Next())
        {
            if (reader.NameBytes[0] == '.' && reader.Name is { } name && IsHidden(name))
            {
                leftovers.Add(name);
            }
        }

        foreach (string name in leftovers)
        {
            int fd = -1;
            try
            {
                fd = Descriptors.OpenAt(parent, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
                if (FileLocks.TryLockDirectory(fd, name))
                {
                    OwnVolumes.Remove($"{lxcPath}/{name}", name);
                    remove(parent, name, $"{lxcPath}/{name}", cancel);
                }
            }
            catch (Exception e) when (e is LinuxException or LxcException)
            {
                // Another session was faster, or something is mounted in it: it stays hidden, and what we were called for can go on.
            }
            finally
            {
                Descriptors.Close(fd);
            }
        }
    }

    private static bool IsHidden(string name)
    {
        int mark = name.Length - Digits - ".creating-".Length;
        if (mark < 1 || (!name.AsSpan(mark).StartsWith(".creating-") && !name.AsSpan(mark).StartsWith(".removing-")))
        {
            return false;
        }

        for (int i = name.Length - Digits; i < name.Length; i++)
        {
            if (!char.IsAsciiHexDigitLower(name[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static string Name(string name, string mark) =>
        $".{(Encoding.UTF8.GetByteCount(name) <= MaximumName ? name : "container")}{mark}{Guid.NewGuid().ToString("n")[..Digits]}";
}
