using LxcPS.Native;

namespace LxcPS.Engine.Store;

/// <summary>
/// Writes a file so that whoever reads it, and whoever loses power, finds the old content or the new. In a container that is being made the
/// name is as durable as the container: <see cref="ContainerCreation.Commit"/>.
/// </summary>
internal static class AtomicFile
{
    private const string Suffix = ".new";

    // Of the GUID that makes the name of a file that is being written.
    private const int Digits = 32;

    private const int Attempts = 100;

    /// <summary>Writes a file; an existing one's mode and owner are kept.</summary>
    /// <param name="path">The file; a symbolic link stays, and what it points to is written.</param>
    /// <param name="content">What it holds from then on.</param>
    /// <param name="mode">The permission bits of a new file.</param>
    /// <exception cref="LxcException">StorageFull, PermissionDenied or StorageFailed; nothing is left of the attempt.</exception>
    internal static void Write(string path, ReadOnlySpan<byte> content, uint mode = 0x1A0 /* 0640 */)
    {
        string target = TargetOf(path);
        string directory = Path.GetDirectoryName(Path.GetFullPath(target)) ?? "/";
        string temporary = string.Empty;
        int parent = -1;
        int fd = -1;
        try
        {
            parent = Descriptors.Open(directory, OpenFlags.ReadOnly | OpenFlags.Directory);
            string name = Path.GetFileName(target);
            bool exists = FileTree.TryStatus(parent, name, true, out FileStatus old);
            Sweep(parent, directory);
            fd = Make(parent, out temporary);
            Descriptors.WriteAll(fd, content, target);
            if (exists)
            {
                KeepOwner(fd, old);
            }

            FileTree.ChangeMode(fd, exists ? old.Mode & 0xFFF : mode, target);
            FileTree.Sync(fd, target);
            FileTree.Rename(parent, temporary, parent, name);
            temporary = string.Empty;
            if (!FileTree.TryStatus(parent, ContainerCreation.PartialName, false, out _))
            {
                FileTree.Sync(parent, directory);
            }
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"'{DisplayText.Of(path)}' cannot be written");
        }
        finally
        {
            if (temporary.Length > 0)
            {
                RemoveQuietly(parent, temporary);
            }

            Descriptors.Close(fd);
            Descriptors.Close(parent);
        }
    }

    // Who writes one has it locked until it has its name: one without is what a killed session left.
    private static int Make(int parent, out string temporary)
    {
        for (int attempt = 1; ; attempt++)
        {
            temporary = $".{Guid.NewGuid():n}{Suffix}";
            int fd = Descriptors.OpenAt(parent, temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180 /* 0600 */);

            // Until it is locked another session may take it for a leftover: then it is made again.
            if (FileLocks.TryLock(fd, temporary) && FileTree.TryStatus(parent, temporary, false, out _))
            {
                return fd;
            }

            Descriptors.Close(fd);
            if (attempt == Attempts)
            {
                throw new LinuxException("flock", Errno.EAGAIN, temporary);
            }
        }
    }

    private static void Sweep(int parent, string directory)
    {
        List<string> leftovers = [];
        DirectoryReader reader = new(parent, directory, new byte[4096]);
        while (reader.Next())
        {
            if (reader.Name is { } name && name.Length == 1 + Digits + Suffix.Length && name[0] == '.' && name.EndsWith(Suffix, StringComparison.Ordinal)
                && Guid.TryParseExact(name.AsSpan(1, Digits), "n", out _))
            {
                leftovers.Add(name);
            }
        }

        foreach (string name in leftovers)
        {
            int fd = -1;
            try
            {
                fd = Descriptors.OpenAt(parent, name, OpenFlags.WriteOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking);
                if (FileLocks.TryLock(fd, name))
                {
                    FileTree.Remove(parent, name);
                }
            }
            catch (LinuxException)
            {
                // It has its name by now, or is another user's: what we were called for can go on.
            }
            finally
            {
                Descriptors.Close(fd);
            }
        }
    }

    private static string TargetOf(string path)
    {
        try
        {
            FileInfo file = new(path);
            return file.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LxcException(LxcErrorId.StorageFailed, $"'{DisplayText.Of(path)}' cannot be written: {e.Message.TrimEnd('.')}", e)
            {
                Path = path,
                Advice = "Mend or remove the symbolic link.",
            };
        }
    }

    private static void KeepOwner(int fd, FileStatus old)
    {
        FileStatus now = FileTree.Status(fd, string.Empty);
        if (now.UserId == old.UserId && now.GroupId == old.GroupId)
        {
            return;
        }

        try
        {
            FileTree.ChangeOwner(fd, string.Empty, old.UserId, old.GroupId);
        }
        catch (LinuxException e) when (e.Number == Errno.EPERM)
        {
            // A user who may write the directory of another's file cannot give files away; the new one is theirs, as with any editor.
        }
    }

    private static void RemoveQuietly(int directory, string name)
    {
        try
        {
            FileTree.Remove(directory, name);
        }
        catch (LinuxException)
        {
            // The error that brought us here is the one to tell.
        }
    }
}
