using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Storage;

/// <summary>
/// Files with a file system in them. Whoever mounts one locks it, and the loop device keeps the lock until nothing has the file system any more:
/// of two mounts of one file each would write what the other does not know of.
/// </summary>
internal static class LoopImage
{
    /// <summary>The size of a file where none is asked for: LXC's, in bytes.</summary>
    internal const long DefaultSize = 1L << 30;

    // What was mounted goes a moment after the last process that saw it, in milliseconds. The lock has no wait with an end.
    private const int Patience = 10_000;
    private const int Interval = 10;

    /// <summary>Makes a sparse file with a file system in it.</summary>
    /// <exception cref="LxcException">StorageUnsupported: the program that makes it is missing; StorageFull or StorageFailed.</exception>
    internal static void Make(string path, long size, string fileSystem, string name)
    {
        string program = $"mkfs.{fileSystem}";
        string found = HostPrograms.Find(program)
            ?? throw RootfsStorage.Unsupported(name, $"A loop file with {fileSystem} needs {program}, and this host has none in PATH",
                $"Install the package {fileSystem switch { "xfs" => "xfsprogs", "btrfs" => "btrfs-progs", _ => "e2fsprogs" }}, or choose another -FileSystem.");
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

        ProgramResult result = ChildProgram.Run(found, [program, "-q", .. OptionsOf(fileSystem), path], -1, int.MaxValue, CancellationToken.None);
        if (result.Exit.ExitCode != 0)
        {
            bool isFull = result.FullErrno != 0;
            throw new LxcException(isFull ? LxcErrorId.StorageFull : LxcErrorId.StorageFailed,
                $"The file system of '{DisplayText.Of(path)}' cannot be made: {program}: {DisplayText.Of(result.Error.Trim().Replace('\n', ';'))}")
            {
                ContainerName = name,
                Step = "storage",
                Path = path,
                Errno = result.FullErrno,
                Advice = isFull ? "Free space on the file system that holds the containers." : "A file system may need more -Size than this.",
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
            string type = FileSystemOf(file, path);
            device = LoopDevice.Attach(file, path, out string devicePath);

            // xfs refuses a second file system of one identity, which a file and its copy have.
            return MountCalls.Make(type, devicePath, type == "xfs" ? ["nouuid", .. options] : options, 0);
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
            for (long end = Environment.TickCount64 + Patience; ; Thread.Sleep(Interval))
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

    /// <summary>The file system in a file, by its superblock.</summary>
    /// <exception cref="LxcException">RootfsFailed: it is none that is known.</exception>
    internal static string FileSystemOf(int file, string path) =>
        Has(file, 1024 + 56, [0x53, 0xEF]) ? "ext4"
        : Has(file, 0, "XFSB"u8) ? "xfs"
        : Has(file, 65536 + 64, "_BHRfS_M"u8) ? "btrfs"
        : throw new LxcException(LxcErrorId.RootfsFailed, $"The loop file '{DisplayText.Of(path)}' holds none of the file systems ext2, ext3, ext4, xfs and btrfs")
        {
            Step = "rootfs",
            Path = path,
            ConfigKey = "lxc.rootfs.path",
            Advice = "Name a file that holds a file system, and no table of partitions.",
        };

    // A new file is all zeros already: writing the journal would only make them take room.
    private static string[] OptionsOf(string fileSystem) => fileSystem == "ext4" ? ["-F", "-E", "lazy_journal_init=1"] : ["-f"];

    private static bool Has(int file, long offset, ReadOnlySpan<byte> magic)
    {
        Span<byte> found = stackalloc byte[magic.Length];
        Descriptors.Seek(file, offset);
        return Descriptors.Read(file, found) == magic.Length && found.SequenceEqual(magic);
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
