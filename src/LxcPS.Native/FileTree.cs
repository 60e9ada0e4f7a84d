using System.Runtime.InteropServices;
using Tmds.Linux;
using static Tmds.Linux.LibC;

namespace LxcPS.Native;

/// <summary>What the engine needs to know of a file.</summary>
/// <param name="Mode">Type and permission bits, see inode(7).</param>
/// <param name="UserId">The owner.</param>
/// <param name="GroupId">The group.</param>
/// <param name="Device">The device number of a device node.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="FileSystem">The device that holds the file.</param>
/// <param name="Inode">The inode number.</param>
public readonly record struct FileStatus(uint Mode, uint UserId, uint GroupId, ulong Device, long Size, ulong FileSystem, ulong Inode)
{
    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => (Mode & 0xF000) == 0x4000;

    /// <summary>Whether it is a symbolic link.</summary>
    public bool IsSymbolicLink => (Mode & 0xF000) == 0xA000;

    /// <summary>Whether it is a regular file.</summary>
    public bool IsRegular => (Mode & 0xF000) == 0x8000;

    /// <summary>Whether it is a character device.</summary>
    public bool IsCharacterDevice => (Mode & 0xF000) == 0x2000;

    /// <summary>Whether it is a block device.</summary>
    public bool IsBlockDevice => (Mode & 0xF000) == 0x6000;

    // The numbers as libc packs them into 64 bits, see makedev(3).

    /// <summary>The major number of a device node.</summary>
    public int DeviceMajor => (int)(((Device >> 8) & 0xFFF) | ((Device >> 32) & 0xFFFFF000));

    /// <summary>The minor number of a device node.</summary>
    public int DeviceMinor => (int)((Device & 0xFF) | ((Device >> 12) & 0xFFFFFF00));

    /// <summary>The number of a device of these two.</summary>
    public static ulong DeviceOf(int major, int minor) =>
        ((ulong)(uint)minor & 0xFF) | (((ulong)(uint)major & 0xFFF) << 8) | (((ulong)(uint)minor & 0xFFFFFF00) << 12) | (((ulong)(uint)major & 0xFFFFF000) << 32);
}

/// <summary>Names in the file system: make, link, remove, own.</summary>
public static unsafe class FileTree
{
    /// <summary>The status of a path below a directory descriptor; an empty path means the descriptor itself.</summary>
    public static FileStatus Status(int directory, string path, bool follow = true)
    {
        if (!TryStatus(directory, path, follow, out FileStatus status))
        {
            LinuxException.ThrowLast("stat", path);
        }

        return status;
    }

    /// <summary>The status of a path, or false where there is none or it cannot be reached; errno is left for the caller.</summary>
    public static bool TryStatus(int directory, string path, bool follow, out FileStatus status)
    {
        stat buffer;
        fixed (byte* name = CString.Of(path, "stat"))
        {
            if (fstatat(directory, name, &buffer, (follow ? 0 : AT_SYMLINK_NOFOLLOW) | AT_EMPTY_PATH) < 0)
            {
                status = default;
                return false;
            }
        }

        status = new FileStatus((uint)buffer.st_mode, (uint)buffer.st_uid, (uint)buffer.st_gid, (ulong)buffer.st_rdev,
            (long)buffer.st_size, (ulong)buffer.st_dev, (ulong)buffer.st_ino);
        return true;
    }

    /// <summary>Whether the path exists (its link is followed).</summary>
    public static bool Exists(string path) => TryStatus(Descriptors.CurrentDirectory, path, true, out _);

    /// <summary>Makes a directory; false when the name is there already.</summary>
    public static bool MakeDirectory(int directory, string path, uint mode)
    {
        fixed (byte* name = CString.Of(path, "mkdir"))
        {
            return mkdirat(directory, name, (mode_t)mode) >= 0 || ExistsOrThrow("mkdir", path);
        }
    }

    /// <summary>Makes a directory and those above it that are missing.</summary>
    public static void MakeDirectories(string path, uint mode)
    {
        if (Exists(path))
        {
            return;
        }

        for (int slash = path.IndexOf('/', 1); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            MakeDirectory(Descriptors.CurrentDirectory, path[..slash], mode);
        }

        MakeDirectory(Descriptors.CurrentDirectory, path, mode);
    }

    /// <summary>Makes a device node, FIFO or empty file; false when the name is there already.</summary>
    public static bool MakeNode(int directory, string path, uint mode, ulong device)
    {
        fixed (byte* name = CString.Of(path, "mknod"))
        {
            // The C library's function of that name is in its newer versions alone, and what stands for it in the older is not in the archive.
            return (long)syscall(SystemCall.mknodat, directory, name, mode, (void*)device) >= 0 || ExistsOrThrow("mknod", path);
        }
    }

    /// <summary>Makes a symbolic link; false when the name is there already.</summary>
    public static bool MakeSymbolicLink(string target, int directory, string path)
    {
        fixed (byte* text = CString.Of(target, "symlink"))
        fixed (byte* name = CString.Of(path, "symlink"))
        {
            return symlinkat(text, directory, name) >= 0 || ExistsOrThrow("symlink", path);
        }
    }

    /// <summary>Gives a file one more name in its directory, a hard link; false when the name is there already. See link(2).</summary>
    public static bool MakeHardLink(int directory, string path, string newPath)
    {
        fixed (byte* name = CString.Of(path, "link"))
        fixed (byte* another = CString.Of(newPath, "link"))
        {
            return linkat(directory, name, directory, another, 0) >= 0 || ExistsOrThrow("link", newPath);
        }
    }

    /// <summary>Removes a name, or an empty directory; false when there was none.</summary>
    public static bool Remove(int directory, string path, bool isDirectory = false)
    {
        fixed (byte* name = CString.Of(path, "unlink"))
        {
            if (unlinkat(directory, name, isDirectory ? AT_REMOVEDIR : 0) >= 0)
            {
                return true;
            }
        }

        int error = Marshal.GetLastPInvokeError();
        return error == Errno.ENOENT ? false : throw new LinuxException(isDirectory ? "rmdir" : "unlink", error, path);
    }

    /// <summary>Changes owner and group of a name without following it; -1 leaves one as it is.</summary>
    public static void ChangeOwner(int directory, string path, long userId, long groupId)
    {
        fixed (byte* name = CString.Of(path, "fchownat"))
        {
            if (fchownat(directory, name, (uint)userId, (uint)groupId, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
            {
                LinuxException.ThrowLast("fchownat", path);
            }
        }
    }

    /// <summary>Changes the permission bits of an open file.</summary>
    public static void ChangeMode(int fd, uint mode, string path)
    {
        if (fchmod(fd, (mode_t)mode) < 0)
        {
            LinuxException.ThrowLast("fchmod", path);
        }
    }

    /// <summary>Changes the permission bits of a path.</summary>
    public static void ChangeMode(int directory, string path, uint mode)
    {
        fixed (byte* name = CString.Of(path, "fchmodat"))
        {
            if (fchmodat(directory, name, (mode_t)mode, 0) < 0)
            {
                LinuxException.ThrowLast("fchmodat", path);
            }
        }
    }

    /// <summary>Renames within a file system; a name that is there already is replaced as rename(2) has it: a directory only when it is empty.</summary>
    public static void Rename(int oldDirectory, string oldPath, int newDirectory, string newPath) => Rename(oldDirectory, oldPath, newDirectory, newPath, 0);

    /// <summary>Gives two names of a file system each other's file, in one step; EINVAL where the file system cannot.</summary>
    public static void Exchange(int directory, string path, int otherDirectory, string otherPath) => Rename(directory, path, otherDirectory, otherPath, 2 /* RENAME_EXCHANGE */);

    /// <summary>Waits until an open file, or the names of an open directory, are on the disk; see fsync(2).</summary>
    public static void Sync(int fd, string path)
    {
        // EINVAL and ENOTSUP: a file system that has no such thing for directories.
        if (fsync(fd) < 0 && Marshal.GetLastPInvokeError() is int error and not (Errno.EINVAL or Errno.EOPNOTSUPP))
        {
            throw new LinuxException("fsync", error, path);
        }
    }

    /// <summary>Waits until the file system of an open file is on its disk, and throws where something could not be written; see syncfs(2).</summary>
    public static void SyncFileSystem(int fd, string path) => LinuxException.Check(syscall(SystemCall.syncfs, fd), "syncfs", path);

    /// <summary>Sets the file mode creation mask and returns the old one.</summary>
    public static uint SetMask(uint mask) => (uint)umask((mode_t)mask);

    /// <summary>Changes the working directory to an open directory.</summary>
    public static void ChangeDirectory(int fd)
    {
        if (fchdir(fd) < 0)
        {
            LinuxException.ThrowLast("fchdir");
        }
    }

    /// <summary>Changes the working directory.</summary>
    public static void ChangeDirectory(string path)
    {
        fixed (byte* name = CString.Of(path, "chdir"))
        {
            if (chdir(name) < 0)
            {
                LinuxException.ThrowLast("chdir", path);
            }
        }
    }

    private static bool ExistsOrThrow(string call, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return error == Errno.EEXIST ? false : throw new LinuxException(call, error, path);
    }

    private static void Rename(int oldDirectory, string oldPath, int newDirectory, string newPath, uint flags)
    {
        fixed (byte* oldName = CString.Of(oldPath, "rename"))
        fixed (byte* newName = CString.Of(newPath, "rename"))
        {
            LinuxException.Check(syscall(SystemCall.renameat2, oldDirectory, oldName, newDirectory, newName, flags), "rename", oldPath);
        }
    }
}
