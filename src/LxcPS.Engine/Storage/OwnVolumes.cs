using LxcPS.Engine.Configuration;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Storage;

/// <summary>What containers have outside their directories: volumes and datasets, which go with them.</summary>
internal static class OwnVolumes
{
    private static readonly string[] Prefixes = [LvmStorage.Prefix, ZfsStorage.Prefix];

    /// <summary>Removes those of a container, of its snapshots and of a restore that is under way; of a directory with a restore, that one's alone.</summary>
    /// <param name="directory">The directory, which is to be removed afterwards.</param>
    /// <param name="name">The container.</param>
    /// <exception cref="LxcException">ContainerNeeded, StorageUnsupported or StorageFailed: a volume cannot be removed; those before it are gone.</exception>
    internal static void Remove(string directory, string name)
    {
        // Users have none, and root must not take their word, in a file or a link of theirs, for what is to be removed.
        bool isOfRoot = FileTree.TryStatus(Descriptors.CurrentDirectory, directory, false, out FileStatus status) && status.IsDirectory && status.UserId == 0;
        if (Processes.EffectiveUserId != 0 || !isOfRoot || TryRemoveNoted(directory, name))
        {
            return;
        }

        // Snapshots first: they may need what the container has.
        bool isRestore = Path.GetFileName(directory) == SnapshotStore.Staging;
        string[] places = isRestore ? Children(directory) : [.. Children($"{directory}/{SnapshotStore.DirectoryName}"), .. Children($"{directory}/{SnapshotStore.Staging}"), directory];
        foreach (string place in places)
        {
            // Most have none, and their configuration need not be read for that.
            string config = $"{place}/{ContainerStore.ConfigName}";
            if (!TryRemoveNoted(place, name) && TextOf(config) is { } text && Prefixes.Any(text.Contains))
            {
                Remove(ContainerConfig.Load(config, out _).Get("lxc.rootfs.path") ?? string.Empty, null, name);
            }
        }
    }

    private static void Remove(string rootfs, string? mark, string name)
    {
        if (rootfs.StartsWith(LvmStorage.Prefix, StringComparison.Ordinal))
        {
            LvmStorage.Remove(rootfs[LvmStorage.Prefix.Length..], mark, name);
        }
        else if (rootfs.StartsWith(ZfsStorage.Prefix, StringComparison.Ordinal))
        {
            ZfsStorage.Remove(rootfs[ZfsStorage.Prefix.Length..], mark, name);
        }
    }

    // Of what is not finished the configuration may be an archive's or a program's: only what we noted ourselves is its own.
    private static bool TryRemoveNoted(string directory, string name)
    {
        if (TextOf($"{directory}/{ContainerCreation.PartialName}") is not { } notes)
        {
            return false;
        }

        foreach (string line in notes.Split('\n'))
        {
            if (line.Split('\t') is [string rootfs, string mark])
            {
                Remove(rootfs, mark, name);
            }
        }

        return true;
    }

    private static string[] Children(string directory) => Directory.Exists(directory) ? Directory.GetDirectories(directory) : [];

    // A container is removed whatever has the name of its configuration.
    private static string? TextOf(string path) =>
        FileTree.TryStatus(Descriptors.CurrentDirectory, path, true, out FileStatus status) && status.IsRegular ? Descriptors.ReadText(path) : null;
}
