using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Storage;

/// <summary>File systems on block devices, and in files that become such.</summary>
internal static class BlockFileSystem
{
    /// <summary>The size of one where none is asked for: LXC's, in bytes.</summary>
    internal const long DefaultSize = 1L << 30;

    /// <summary>The file system where none is asked for: ext4.</summary>
    internal const string DefaultType = "ext4";

    /// <summary>How long one that is about to be unmounted is waited for, in milliseconds: it goes a moment after the last process that saw it.</summary>
    internal const int Patience = 10_000;

    /// <summary>How often it is looked at, in milliseconds.</summary>
    internal const int Interval = 10;

    /// <summary>The program that makes one.</summary>
    /// <exception cref="LxcException">StorageUnsupported: it is missing.</exception>
    internal static string ProgramOf(string type, string name) => HostPrograms.Find($"mkfs.{type}")
        ?? throw RootfsStorage.Unsupported(name, $"The file system {type} needs mkfs.{type}, and this host has none in PATH",
            $"Install the package {type switch { "xfs" => "xfsprogs", "btrfs" => "btrfs-progs", _ => "e2fsprogs" }}, or choose another -FileSystem.");

    /// <summary>Makes a file system.</summary>
    /// <param name="path">The file or the device.</param>
    /// <param name="type">ext4, xfs or btrfs.</param>
    /// <param name="isZero">Whether there are zeros alone on it.</param>
    /// <param name="name">The container.</param>
    /// <exception cref="LxcException">StorageUnsupported: the program that makes it is missing; StorageFull or StorageFailed.</exception>
    internal static void Make(string path, string type, bool isZero, string name)
    {
        string program = $"mkfs.{type}";

        // To write the journal of what is all zeros already would only make it take room.
        string[] options = type != "ext4" ? ["-f"] : isZero ? ["-F", "-E", "lazy_journal_init=1"] : ["-F"];
        ProgramResult result = ChildProgram.Run(ProgramOf(type, name), [program, "-q", .. options, path], -1, int.MaxValue, CancellationToken.None);
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

    /// <summary>The detached mount of a device.</summary>
    /// <param name="type">Its file system.</param>
    /// <param name="device">Its path.</param>
    /// <param name="options">Options of its file system.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal static int Mount(string type, string device, IReadOnlyList<string> options) =>
        // xfs refuses a second file system of one identity, which one and its copy have.
        MountCalls.Make(type, device, type == "xfs" ? ["nouuid", .. options] : options, 0);

    /// <summary>Waits until nothing has a device mounted, if it is there.</summary>
    /// <param name="device">Its path.</param>
    /// <param name="what">What is then to be done, as a sentence that says it failed.</param>
    /// <param name="name">The container.</param>
    /// <exception cref="LxcException">StorageFailed: it stays in use.</exception>
    internal static void WaitUnused(string device, string what, string name)
    {
        for (long end = Environment.TickCount64 + Patience; ; Thread.Sleep(Interval))
        {
            try
            {
                // open(2): of a block device exclusively is refused while the system uses it.
                Descriptors.Close(Descriptors.Open(device, OpenFlags.ReadOnly | OpenFlags.Exclusive));
                return;
            }
            catch (LinuxException e) when (e.Number == Errno.ENOENT)
            {
                return;
            }
            catch (LinuxException e) when (e.Number == Errno.EBUSY && Environment.TickCount64 < end)
            {
            }
            catch (LinuxException e)
            {
                throw new LxcException(LxcErrorId.StorageFailed, $"{what}: {e.Message}", e)
                {
                    ContainerName = name,
                    Step = "storage",
                    Path = device,
                    Errno = e.Number,
                    Advice = "Unmount it where it is mounted, and stop the container that has it.",
                };
            }
        }
    }

    /// <summary>The file system in an open file or device, by its superblock.</summary>
    /// <exception cref="LxcException">RootfsFailed: it is none that is known.</exception>
    internal static string TypeOf(int file, string path) =>
        Has(file, 1024 + 56, [0x53, 0xEF]) ? "ext4"
        : Has(file, 0, "XFSB"u8) ? "xfs"
        : Has(file, 65536 + 64, "_BHRfS_M"u8) ? "btrfs"
        : throw new LxcException(LxcErrorId.RootfsFailed, $"'{DisplayText.Of(path)}' holds none of the file systems ext2, ext3, ext4, xfs and btrfs")
        {
            Step = "rootfs",
            Path = path,
            ConfigKey = "lxc.rootfs.path",
            Advice = "Name what holds a file system, and no table of partitions.",
        };

    private static bool Has(int file, long offset, ReadOnlySpan<byte> magic)
    {
        Span<byte> found = stackalloc byte[magic.Length];
        Descriptors.Seek(file, offset);
        return Descriptors.Read(file, found) == magic.Length && found.SequenceEqual(magic);
    }
}
