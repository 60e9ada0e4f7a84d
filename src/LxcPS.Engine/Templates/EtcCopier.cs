using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>
/// Copies the host's /etc for a container: what others can read and no rule keeps back. The walk goes by directory descriptors and follows
/// no link, because parts of /etc belong to services, which could otherwise lead a copy that root makes to any file.
/// </summary>
internal sealed class EtcCopier(CancellationToken cancellation)
{
    private const uint OthersRead = 0x4;
    private const uint OthersEnter = 0x5;
    private readonly byte[] buffer = new byte[1 << 17];
    private ulong fileSystem;

    /// <summary>The paths below /etc that were left out.</summary>
    internal List<string> LeftOut { get; } = [];

    /// <summary>Copies the content of one open directory into another; what is on another file system stays out.</summary>
    internal void Copy(int source, int target)
    {
        FileStatus status = FileTree.Status(source, string.Empty);
        fileSystem = status.FileSystem;
        CopyContent(source, target, string.Empty, string.Empty);
        Finish(source, target, status, "/etc");
    }

    private void CopyContent(int source, int target, string prefix, string name)
    {
        cancellation.ThrowIfCancellationRequested();
        foreach (DirectoryEntry entry in DirectoryTree.Read(source, "/etc/" + prefix + name))
        {
            string path = prefix + entry.Name;
            if (!FileTree.TryStatus(source, entry.Name, false, out FileStatus status))
            {
                // Removed under the walk, or a name that is not UTF-8 and so cannot be asked for.
                LeftOut.Add(path);
                continue;
            }

            switch (EtcRules.Of(path, status.IsDirectory))
            {
                case EtcRule.MadeAnew:
                    break;
                case EtcRule.Empty:
                    if (FileTree.MakeDirectory(target, entry.Name, RootfsWriter.Private))
                    {
                        FileTree.ChangeMode(target, entry.Name, RootfsWriter.Executable);
                        FileTree.ChangeOwner(target, entry.Name, 0, 0);
                    }

                    break;
                case EtcRule.Copy when CopyEntry(source, target, entry.Name, path, status):
                    break;
                default:
                    LeftOut.Add(path);
                    break;
            }
        }
    }

    private bool CopyEntry(int source, int target, string name, string path, FileStatus status)
    {
        if (status.IsSymbolicLink)
        {
            FileTree.MakeSymbolicLink(DirectoryTree.ReadLink(source, name), target, name);
            FileTree.ChangeOwner(target, name, status.UserId, status.GroupId);
            return true;
        }

        return status.IsDirectory ? CopyDirectory(source, target, name, path)
            : status.IsRegular && (status.Mode & OthersRead) != 0 && CopyFile(source, target, name, path);
    }

    private bool CopyDirectory(int source, int target, string name, string path)
    {
        int from = TryOpen(source, name, OpenFlags.Directory);
        if (from < 0)
        {
            return false;
        }

        int to = -1;
        try
        {
            FileStatus status = FileTree.Status(from, string.Empty);
            if ((status.Mode & OthersEnter) != OthersEnter || status.FileSystem != fileSystem)
            {
                return false;
            }

            FileTree.MakeDirectory(target, name, RootfsWriter.Private);
            to = Descriptors.OpenAt(target, name, OpenFlags.Directory | OpenFlags.NoFollow);
            CopyContent(from, to, path + "/", string.Empty);
            Finish(from, to, status, path);
            return true;
        }
        finally
        {
            Descriptors.Close(from);
            Descriptors.Close(to);
        }
    }

    private bool CopyFile(int source, int target, string name, string path)
    {
        int from = TryOpen(source, name, OpenFlags.NonBlocking);
        if (from < 0)
        {
            return false;
        }

        int to = -1;
        try
        {
            // Of the open file: the one that was looked at before may have been replaced since.
            FileStatus status = FileTree.Status(from, string.Empty);
            if (!status.IsRegular || (status.Mode & OthersRead) == 0)
            {
                return false;
            }

            to = Descriptors.OpenAt(target, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, RootfsWriter.Private);
            if (!CopyBytes(from, to, path))
            {
                FileTree.Remove(target, name);
                return false;
            }

            Finish(from, to, status, path);
            return true;
        }
        finally
        {
            Descriptors.Close(from);
            Descriptors.Close(to);
        }
    }

    // False when a secret was met. The end of each piece is looked at again with the next, so that no cut hides one.
    private bool CopyBytes(int from, int to, string path)
    {
        int kept = 0;
        while (true)
        {
            int count = Descriptors.Read(from, buffer.AsSpan(kept), path);
            if (count <= 0)
            {
                return true;
            }

            Span<byte> seen = buffer.AsSpan(0, kept + count);
            if (HostSecrets.HasSecret(seen))
            {
                return false;
            }

            Descriptors.WriteAll(to, seen[kept..], path);
            kept = Math.Min(HostSecrets.Overlap, seen.Length);
            seen[^kept..].CopyTo(buffer);
        }
    }

    // Last, because writing changes the times and taking over the owner clears the setuid bits.
    private static void Finish(int source, int target, FileStatus status, string path)
    {
        FileTree.ChangeOwner(target, string.Empty, status.UserId, status.GroupId);
        FileTree.ChangeMode(target, status.Mode & 0xFFF, path);
        DirectoryTree.CopyTimes(source, target, path);
    }

    private static int TryOpen(int directory, string name, int flags)
    {
        try
        {
            return Descriptors.OpenAt(directory, name, OpenFlags.ReadOnly | OpenFlags.NoFollow | flags);
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ELOOP or Errno.ENOTDIR or Errno.EACCES or Errno.EPERM or Errno.ENXIO)
        {
            return -1;
        }
    }
}
