using System.Runtime.InteropServices;
using System.Text;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>
/// Removes a directory and all below it, whoever filled it: it works on directory descriptors, so no symbolic link is followed and no path
/// is resolved twice; it stays on its mount; and it holds one descriptor and a list however deep the tree is.
/// </summary>
public sealed unsafe class TreeRemoval
{
    // Directories noted at a time: more in one directory are found by reading it again.
    private const int MaximumPending = 4096;

    private readonly List<Level> levels = [];
    private readonly byte[] buffer = new byte[32768];
    private readonly int parent;
    private readonly string path;
    private readonly CancellationToken cancel;
    private int current;

    private TreeRemoval(int parent, string path, CancellationToken cancel)
    {
        this.parent = parent;
        this.path = path;
        this.cancel = cancel;
    }

    /// <summary>Removes a directory below an open one. Others may remove from it at the same time.</summary>
    /// <param name="parent">The open directory that holds it.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="cancel">Stops the removal between two names; what is removed is gone.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="LinuxException">EXDEV: something is mounted in the tree; EAGAIN: it was moved meanwhile; else what the call answered.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static bool Remove(int parent, string name, string path, CancellationToken cancel = default) => Remove(parent, CString.Of(name, "unlink"), path, cancel);

    /// <summary>The same for a name that is bytes.</summary>
    public static bool Remove(int parent, ReadOnlySpan<byte> name, string path) => Remove(parent, (byte[])[.. name, 0], path, default);

    private static bool Remove(int parent, byte[] top, string path, CancellationToken cancel)
    {
        TreeRemoval removal = new(parent, path, cancel);
        removal.current = removal.Open(parent, top);
        if (removal.current < 0)
        {
            return false;
        }

        try
        {
            removal.levels.Add(new Level(top, Identity(removal.current, path)));
            removal.Run();
            return true;
        }
        finally
        {
            Descriptors.Close(removal.current);
        }
    }

    private void Run()
    {
        while (levels.Count > 0)
        {
            Level level = levels[^1];
            if (!level.IsRead)
            {
                List(level);
            }

            if (level.Pending.Count > 0)
            {
                Descend(level);
            }
            else
            {
                Ascend(level);
            }
        }
    }

    // Removes what is no directory and notes what is.
    private void List(Level level)
    {
        DirectoryReader reader = new(current, path, buffer);
        reader.Rewind();
        level.IsRead = true;
        level.Removed = 0;
        while (reader.Next())
        {
            cancel.ThrowIfCancellationRequested();
            byte[] name = new byte[reader.NameBytes.Length + 1];
            reader.NameBytes.CopyTo(name);
            if (reader.Type != DirectoryReader.DT_DIR && Unlink(name))
            {
                level.Removed++;
            }
            else if (level.Pending.Count < MaximumPending)
            {
                level.Pending.Push(name);
            }
        }
    }

    // False where the name is a directory after all.
    private bool Unlink(byte[] name)
    {
        for (bool retried = false; ; retried = true)
        {
            fixed (byte* text = name)
            {
                if (unlinkat(current, text, 0) >= 0)
                {
                    return true;
                }
            }

            int error = Marshal.GetLastPInvokeError();
            switch (error)
            {
                case Errno.ENOENT: return true;
                case Errno.EISDIR: return false;
                case Errno.EACCES when !retried && MakeWritable(current): break;
                default: throw Failed("unlink", error, name);
            }
        }
    }

    private void Descend(Level level)
    {
        byte[] name = level.Pending.Pop();
        int child = Open(current, name);
        if (child < 0)
        {
            // Gone, or no directory any more: reading again tells.
            level.Removed++;
            return;
        }

        (ulong FileSystem, ulong Inode) identity = Identity(child, path);

        // Without a mount in between only a subvolume has another number: it goes at once, and also where it is read-only.
        if (identity.FileSystem != level.Identity.FileSystem && Btrfs.TryRemove(current, name))
        {
            Descriptors.Close(child);
            level.Removed++;
            return;
        }

        Descriptors.Close(current);
        current = child;
        levels.Add(new Level(name, identity));
    }

    private void Ascend(Level level)
    {
        int above = levels.Count == 1 ? Descriptors.Duplicate(parent) : OpenAbove();
        try
        {
            if (RemoveDirectory(above, level))
            {
                levels.RemoveAt(levels.Count - 1);
                (current, above) = (above, current);
                if (levels.Count > 0)
                {
                    levels[^1].Removed++;
                }
            }
        }
        finally
        {
            Descriptors.Close(above);
        }
    }

    // False where something is left in it: a name that came meanwhile, or a directory beyond those noted.
    private bool RemoveDirectory(int above, Level level)
    {
        for (bool retried = false; ; retried = true)
        {
            fixed (byte* text = level.Name)
            {
                if (unlinkat(above, text, AT_REMOVEDIR) >= 0)
                {
                    return true;
                }
            }

            int error = Marshal.GetLastPInvokeError();
            switch (error)
            {
                case Errno.ENOENT: return true;
                case Errno.ENOTEMPTY or Errno.EEXIST when level.Removed > 0:
                    level.IsRead = false;
                    return false;
                case Errno.EACCES when !retried && MakeWritable(above): break;
                default: throw Failed("rmdir", error, null);
            }
        }
    }

    // Back by "..", and only to where we came from: a directory that was moved meanwhile would lead elsewhere.
    private int OpenAbove()
    {
        const ulong Resolve = Descriptors.RESOLVE_NO_XDEV | Descriptors.RESOLVE_NO_SYMLINKS;
        int above = Descriptors.OpenResolved(current, "..", O_RDONLY | O_DIRECTORY, 0, Resolve);
        if (Identity(above, path) != levels[^2].Identity)
        {
            Descriptors.Close(above);
            throw Failed("openat2", Errno.EAGAIN, null);
        }

        return above;
    }

    // -1 where there is none, or something else than a directory.
    private int Open(int directory, byte[] name)
    {
        ulong* how = stackalloc ulong[3];
        how[1] = 0;
        how[2] = Descriptors.RESOLVE_NO_XDEV | Descriptors.RESOLVE_NO_SYMLINKS | Descriptors.RESOLVE_NO_MAGICLINKS;
        for (bool retried = false; ; retried = true)
        {
            how[0] = (ulong)(uint)(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            fixed (byte* text = name)
            {
                long fd = (long)syscall(SystemCall.openat2, directory, text, how, 24);
                if (fd >= 0)
                {
                    return (int)fd;
                }
            }

            int error = Marshal.GetLastPInvokeError();
            switch (error)
            {
                case Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP: return -1;
                case Errno.EACCES when !retried && MakeReadable(directory, name, how): break;
                case Errno.EAGAIN when !retried: break;
                default: throw Failed("openat2", error, name);
            }
        }
    }

    // An unprivileged owner may have made a directory that not even they can read, as package managers do.
    private static bool MakeReadable(int directory, byte[] name, ulong* how)
    {
        how[0] = (ulong)(uint)(O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int fd;
        fixed (byte* text = name)
        {
            fd = (int)(long)syscall(SystemCall.openat2, directory, text, how, 24);
        }

        try
        {
            return fd >= 0 && MakeWritable(fd);
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    private static bool MakeWritable(int directory)
    {
        // By way of /proc, as fchmod(2) does not take a descriptor that only refers.
        fixed (byte* text = CString.Of($"/proc/self/fd/{directory}", "chmod"))
        {
            return fchmodat(Descriptors.CurrentDirectory, text, (mode_t)0x1C0 /* 0700 */, 0) >= 0;
        }
    }

    private static (ulong FileSystem, ulong Inode) Identity(int fd, string path)
    {
        return FileTree.TryStatus(fd, string.Empty, false, out FileStatus status)
            ? (status.FileSystem, status.Inode) : throw new LinuxException("stat", Marshal.GetLastPInvokeError(), path);
    }

    private LinuxException Failed(string call, int error, byte[]? name)
    {
        const int Shown = 16;
        StringBuilder text = new(path);
        text.Append(levels.Count > Shown ? "/..." : string.Empty);
        for (int i = Math.Max(1, levels.Count - Shown); i < levels.Count; i++)
        {
            text.Append('/').Append(Encoding.UTF8.GetString(levels[i].Name.AsSpan()[..^1]));
        }

        if (name is not null && levels.Count > 0)
        {
            text.Append('/').Append(Encoding.UTF8.GetString(name.AsSpan()[..^1]));
        }

        return new LinuxException(call, error, text.ToString());
    }

    private sealed class Level(byte[] name, (ulong FileSystem, ulong Inode) identity)
    {
        /// <summary>The name in the directory above, with its NUL.</summary>
        internal byte[] Name { get; } = name;

        internal (ulong FileSystem, ulong Inode) Identity { get; } = identity;
        internal Stack<byte[]> Pending { get; } = new();
        internal bool IsRead { get; set; }

        /// <summary>What went since it was read last: without any, reading again is of no use.</summary>
        internal int Removed { get; set; }
    }
}
