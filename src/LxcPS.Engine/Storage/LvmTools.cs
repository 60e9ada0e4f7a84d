using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;

namespace LxcPS.Engine.Storage;

/// <summary>Runs the programs of LVM.</summary>
internal static class LvmTools
{
    // What it says of the descriptors that are its caller's, it would say to our user.
    private static readonly string[] Variables = ["LVM_SUPPRESS_FD_WARNINGS=1"];

    /// <summary>Refuses a host without LVM.</summary>
    /// <exception cref="LxcException">StorageUnsupported.</exception>
    internal static void Require(string name) => PathOf("lvcreate", name);

    /// <summary>The volumes of a group.</summary>
    /// <exception cref="LxcException">StorageUnsupported: there is no such group, or no LVM; StorageFailed.</exception>
    internal static List<LogicalVolume> List(string group, string name) => LogicalVolume.Parse(Run(
        "lvs", ["--noheadings", "--units", "b", "--nosuffix", "--separator", LogicalVolume.Separator.ToString(), "-o", LogicalVolume.Fields, group], group,
        $"The volumes of the group '{group}' cannot be listed", name));

    /// <summary>Runs one; what it writes.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="arguments">Without its name.</param>
    /// <param name="group">The group of volumes that it is for.</param>
    /// <param name="what">What it is for, as a sentence that says it failed.</param>
    /// <param name="name">The container.</param>
    /// <param name="held">An open file whose lock is held until the program has ended, also where it outlives us; or -1.</param>
    /// <exception cref="LxcException">StorageUnsupported, StorageFull or StorageFailed.</exception>
    internal static string Run(string program, IReadOnlyList<string> arguments, string group, string what, string name, int held = -1)
    {
        // Nothing ends it on the way: it stops devices for a moment, and goes on with them.
        ProgramResult result = ChildProgram.Run(PathOf(program, name), [program, .. arguments], held, int.MaxValue, CancellationToken.None, variables: Variables);
        if (result.Exit.ExitCode == 0)
        {
            return result.Output;
        }

        string said = DisplayText.Of(result.LastLines ?? $"it ended with {result.Exit.ExitCode}");
        if (result.Error.Contains($"Volume group \"{group}\" not found", StringComparison.Ordinal))
        {
            throw RootfsStorage.Unsupported(name, $"{what}: there is no volume group '{group}'", "Make it with vgcreate, or name another as lxc.bdev.lvm.vg in /etc/lxc/lxc.conf.");
        }

        bool isFull = result.FullErrno != 0 || result.Error.Contains("insufficient free space", StringComparison.Ordinal);
        throw new LxcException(isFull ? LxcErrorId.StorageFull : LxcErrorId.StorageFailed, $"{what}: {program}: {said.TrimEnd('.')}")
        {
            ContainerName = name,
            Step = "storage",
            Errno = result.FullErrno,
            Advice = isFull ? $"See what is free with 'vgs {group}', or give a smaller -Size." : $"See the volumes with 'lvs {group}'; the kernel needs the module dm_mod.",
        };
    }

    private static string PathOf(string program, string name) => HostPrograms.Find(program)
        ?? throw RootfsStorage.Unsupported(name, $"Logical volumes need {program}, and this host has none in PATH", "Install the package lvm2, or use another storage.");
}
