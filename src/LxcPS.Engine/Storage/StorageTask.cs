using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;

namespace LxcPS.Engine.Storage;

/// <summary>What is asked of <see cref="StorageHelper"/>; travels as its command line.</summary>
public sealed class StorageTask
{
    /// <summary>The descriptor to report on.</summary>
    public required int ReportDescriptor { get; init; }

    /// <summary>The container.</summary>
    public required string Name { get; init; }

    /// <summary>The id maps of a user's container, with his own ids behind them; none for root.</summary>
    public IReadOnlyList<IdMapEntry> Maps { get; init; } = [];

    /// <summary>Its directory, in which <c>rootfs</c> is where the root file system is seen.</summary>
    public required string Directory { get; init; }

    /// <summary>The root file system, as <c>lxc.rootfs.path</c> has it.</summary>
    public required string Rootfs { get; init; }

    /// <summary>The size in bytes of the loop file to make; 0 where there is one, or none is needed.</summary>
    public long Size { get; init; }

    /// <summary>The file system to make in it, or on the volume; empty where there is one, or none is needed.</summary>
    public string FileSystem { get; init; } = string.Empty;

    /// <summary>The template to make the root file system from, or empty.</summary>
    public string Template { get; init; } = string.Empty;

    /// <summary>The root file system to copy, as <c>lxc.rootfs.path</c> has it, or empty.</summary>
    public string Source { get; init; } = string.Empty;

    /// <summary>The host name of the container; of a copy, the new one, or empty where it keeps the source's identity.</summary>
    public string HostName { get; init; } = string.Empty;

    /// <summary>The host name of the source; empty where that is an image.</summary>
    public string OldHostName { get; init; } = string.Empty;

    /// <summary>The command line that <see cref="Parse"/> reads.</summary>
    public List<string> ToArguments()
    {
        List<string> arguments =
        [
            "storage", "--report", ReportDescriptor.ToString(), "--name", Name, "--directory", Directory, "--rootfs", Rootfs, "--size", Size.ToString(), "--filesystem", FileSystem,
            "--template", Template, "--source", Source, "--hostname", HostName, "--old-hostname", OldHostName,
        ];
        foreach (IdMapEntry map in Maps)
        {
            arguments.AddRange(["--idmap", map.ToString()]);
        }

        return arguments;
    }

    /// <summary>Reads a command line, without the leading <c>storage</c>.</summary>
    /// <exception cref="LxcException">StorageFailed: an unknown or incomplete option.</exception>
    public static StorageTask Parse(ReadOnlySpan<string> arguments)
    {
        HelperArguments read = HelperArguments.Read(arguments, LxcErrorId.StorageFailed,
            ["--report", "--name", "--directory", "--rootfs", "--size", "--filesystem", "--template", "--source", "--hostname", "--old-hostname", "--idmap"]);
        return new StorageTask
        {
            ReportDescriptor = (int)read.NeedNumber("--report"),
            Name = read.Need("--name"),
            Directory = read.Need("--directory"),
            Rootfs = read.Need("--rootfs"),
            Size = read.NeedNumber("--size"),
            FileSystem = read.Find("--filesystem") ?? string.Empty,
            Template = read.Find("--template") ?? string.Empty,
            Source = read.Find("--source") ?? string.Empty,
            HostName = read.Find("--hostname") ?? string.Empty,
            OldHostName = read.Find("--old-hostname") ?? string.Empty,
            Maps = [.. read.All("--idmap").Select(IdMapEntry.Parse)],
        };
    }
}
