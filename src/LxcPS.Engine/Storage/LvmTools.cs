using LxcPS.Engine.LifeCycle;

namespace LxcPS.Engine.Storage;

/// <summary>Runs the programs of LVM.</summary>
internal static class LvmTools
{
    private const string Package = "lvm2";

    /// <summary>Refuses a host without LVM.</summary>
    /// <exception cref="LxcException">StorageUnsupported.</exception>
    internal static void Require(string name) => StorageTool.PathOf("lvcreate", Package, name);

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
    /// <param name="held">An open file whose lock is held until the program has ended; or -1.</param>
    /// <exception cref="LxcException">StorageUnsupported, StorageFull or StorageFailed.</exception>
    internal static string Run(string program, IReadOnlyList<string> arguments, string group, string what, string name, int held = -1)
    {
        StorageTool tool = new(what, name);
        ProgramResult result = tool.Run(Package, [program, .. arguments], held);
        if (result.Exit.ExitCode == 0)
        {
            return result.Output;
        }

        if (result.Error.Contains($"Volume group \"{group}\" not found", StringComparison.Ordinal))
        {
            throw tool.Missing($"there is no volume group '{group}'", "Make it with vgcreate, or name another as lxc.bdev.lvm.vg in /etc/lxc/lxc.conf.");
        }

        bool isFull = result.FullErrno != 0 || result.Error.Contains("insufficient free space", StringComparison.Ordinal);
        throw tool.Failed(program, result, isFull, isFull ? $"See what is free with 'vgs {group}', or give a smaller -Size." : $"See the volumes with 'lvs {group}'; the kernel needs the module dm_mod.");
    }
}
