using LxcPS.Native;

namespace LxcPS.Engine.Storage;

/// <summary>
/// Files with a file system in them. Whoever mounts one locks it, and the loop device keeps the lock until nothing has the file system any more:
/// of two mounts of one file each would write what the other does not know of.
/// </summary>
internal static class LoopImage
{
    /// <summary>Makes a sparse file.</summary>
    /// <exception cref="LxcException">StorageFailed.</exception>
    internal static void Make(string path, long size, string name)
    {
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            RandomAccess.SetLength(file, size);
        }
        catch (IOException e)
        {
            throw new LxcException(LxcErrorId.StorageFailed, $"The loop file '{DisplayText.Of(path)}' cannot be made with {size} bytes: {e.Message.TrimEnd('.')}", e)
            {
                ContainerName = name,
                Step = "storage",
                Path = path,
                Advice = "See how large a file may be on that file system.",
            };
        }
    }

    /// <summary>The detached mount of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Options of its file system.</param>
    /// <exception cref="LxcException">RootfsFailed: it is in use, or what it holds is not known.</exception>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal static int Mount(string path, IReadOnlyList<string> options)
    {
        int file = Lock(path);
        int device = -1;
        try
        {
            string type = BlockFileSystem.TypeOf(file, path);
            device = LoopDevice.Attach(file, path, out string devicePath);
            return BlockFileSystem.Mount(type, devicePath, options);
        }
        finally
        {
            Descriptors.Close(device);
            Descriptors.Close(file);
        }
    }

    /// <summary>Opens and locks a file that is not mounted, or soon will not be.</summary>
    /// <exception cref="LxcException">RootfsFailed: it stays in use.</exception>
    internal static int Lock(string path)
    {
        int file = Descriptors.Open(path, OpenFlags.ReadWrite);
        try
        {
            for (long end = Environment.TickCount64 + BlockFileSystem.Patience; ; Thread.Sleep(BlockFileSystem.Interval))
            {
                (string? device, bool isPassing) = DeviceOf(file);
                if (FileLocks.TryLock(file, path) && device is null)
                {
                    return file;
                }

                if (Environment.TickCount64 > end || (device is not null && !isPassing))
                {
                    throw new LxcException(LxcErrorId.RootfsFailed, $"The loop file '{DisplayText.Of(path)}' is in use{(device is null ? string.Empty : $" by {device}")}")
                    {
                        Step = "rootfs",
                        Path = path,
                        Errno = Errno.EBUSY,
                        ConfigKey = "lxc.rootfs.path",
                        Advice = "Stop the container that has it, or unmount it: losetup -a shows loop files.",
                    };
                }
            }
        }
        catch
        {
            Descriptors.Close(file);
            throw;
        }
    }

    // The loop device that another program has made of the file, and whether it goes with its last user. Ours have the lock; LXC and mount(8) take none.
    private static (string? Path, bool IsPassing) DeviceOf(int file)
    {
        string? path = new FileInfo($"/proc/self/fd/{file}").LinkTarget;
        foreach (string device in Directory.Exists("/sys/block") ? Directory.GetDirectories("/sys/block", "loop*") : [])
        {
            try
            {
                if (Descriptors.ReadText($"{device}/loop/backing_file").TrimEnd('\n') == path)
                {
                    return ($"/dev/{Path.GetFileName(device)}", Descriptors.ReadText($"{device}/loop/autoclear").Trim() == "1");
                }
            }
            catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENXIO)
            {
                // Without a file the device has no such attribute.
            }
        }

        return (null, false);
    }
}
