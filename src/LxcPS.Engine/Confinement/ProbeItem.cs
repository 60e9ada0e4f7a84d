using LxcPS.Engine.Mounts;
using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>One thing to try, so that nothing is changed by it. To be tried in a process that ends after it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Item">The path, the mount as a line of fstab(5), or the capability.</param>
/// <param name="Access">r, w or x of a path; else empty.</param>
internal readonly record struct ProbeItem(ProfileItemKind Kind, string Item, string Access)
{
    /// <summary>The exit code of a try that cannot be made.</summary>
    internal const int NotTried = 253;

    private const ulong MS_NOATIME = 0x400;
    private const ulong MS_BIND = 0x1000;
    private const ulong MS_REC = 0x4000;

    /// <summary>Tries it: the errno, 0, or <see cref="NotTried"/>. A program that may be executed ends the process by a signal.</summary>
    internal int Try() => Kind switch
    {
        ProfileItemKind.Mount => TryMount(MountEntry.Parse(Item)),
        ProfileItemKind.Capability => CapabilityTries.Try(Capabilities.Names[Capabilities.Find(Item)]) ?? NotTried,
        _ => TryPath(),
    };

    private int TryPath()
    {
        if (Access == "x")
        {
            return Processes.ExecuteNothing(Item);
        }

        try
        {
            // Some devices take being opened for a command: a watchdog, a tape. Those of every container do not.
            if (FileTree.TryStatus(Descriptors.CurrentDirectory, Item, true, out FileStatus status)
                && (status.IsBlockDevice || (status.IsCharacterDevice && status.DeviceMajor is not (1 or 5 or (>= 136 and <= 143)))))
            {
                return NotTried;
            }

            // Neither made nor truncated.
            Descriptors.Close(Descriptors.Open(Item, (Access == "w" ? OpenFlags.WriteOnly : OpenFlags.ReadOnly) | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal));
            return 0;
        }
        catch (LinuxException e)
        {
            return e.Number;
        }
    }

    // The process has a mount namespace of its own, and what is mounted goes with it.
    private static int TryMount(MountEntry entry)
    {
        ulong flags = (entry.Attributes & 0xF) | ((entry.Attributes & MountCalls.MOUNT_ATTR_NOATIME) != 0 ? MS_NOATIME : 0)
            | (entry.IsBind ? MS_BIND : 0) | (entry.IsRecursive ? MS_REC : 0) | entry.Propagation;
        return MountCalls.TryMount(entry.Source, "/" + entry.Target, entry.Type, flags, string.Join(',', entry.Options));
    }
}
