using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Storage;

/// <summary>
/// Root file systems on datasets of ZFS, <c>zfs:POOL/DATASET</c>. A copy is a clone; when what it was cloned from is removed, a clone takes its place, so
/// no container needs another. As with volumes, what is about to be made is noted first, by a mark that nothing else has.
/// </summary>
internal static class ZfsStorage
{
    /// <summary>How <c>lxc.rootfs.path</c> begins.</summary>
    internal const string Prefix = "zfs:";

    // Where datasets are mounted on the host: for root alone, as the directories of containers are.
    private const string Places = "/run/lxc/zfs";
    private const string MarkStart = "lxcps_";

    /// <summary>Refuses a host without ZFS.</summary>
    /// <exception cref="LxcException">StorageUnsupported.</exception>
    internal static void Require(string name) => StorageTool.PathOf("zfs", "zfsutils-linux", name);

    /// <summary>Makes an empty dataset, mounted.</summary>
    /// <param name="creation">The container.</param>
    /// <param name="size">The most bytes that it may hold; 0 for no limit.</param>
    /// <param name="name">The container, or the source of a copy, for messages.</param>
    /// <returns>What <c>lxc.rootfs.path</c> is then.</returns>
    /// <exception cref="LxcException">StorageUnsupported, StorageFull or StorageFailed.</exception>
    internal static string Make(ContainerCreation creation, long size, string name)
    {
        string root = SystemSettings.Read().Get(SystemSettings.ZfsRoot)
            ?? throw RootfsStorage.Unsupported(name, "No dataset can be made: lxc.bdev.zfs.root is empty", "Name a pool or a dataset there, in /etc/lxc/lxc.conf.");
        return Create(creation, root, null, size, name);
    }

    /// <summary>Makes a clone of a dataset as it is, beside it, mounted.</summary>
    /// <param name="creation">The copy.</param>
    /// <param name="source">The source's dataset.</param>
    /// <param name="size">The most bytes that it may hold; 0 for the limit of the source.</param>
    /// <param name="name">The source.</param>
    /// <returns>What <c>lxc.rootfs.path</c> is then.</returns>
    /// <exception cref="LxcException">StorageUnsupported, StorageFull or StorageFailed.</exception>
    internal static string Clone(ContainerCreation creation, string source, long size, string name)
    {
        int slash = source.LastIndexOf('/');
        if (slash < 0)
        {
            throw RootfsStorage.Unsupported(name, $"'{DisplayText.Of(source)}' is a pool, beside which no clone of it can be", "Copy it to another -Storage.");
        }

        string limit = Run(["get", "-H", "-p", "-o", "value", "refquota", source], source, $"The limit of the dataset '{source}' cannot be read", name);
        return Create(creation, source[..slash], source, size != 0 ? size : long.TryParse(limit, out long own) ? own : 0, name);
    }

    /// <summary>Removes a dataset, if it is there. Clones of it stay: one of them takes its place for the others.</summary>
    /// <param name="dataset">Its name.</param>
    /// <param name="mark">The mark that it must have; null for any.</param>
    /// <param name="name">The container.</param>
    /// <exception cref="LxcException">StorageUnsupported; StorageFailed: it stays in use.</exception>
    internal static void Remove(string dataset, string? mark, string name)
    {
        string what = $"The dataset '{DisplayText.Of(dataset)}' cannot be removed";
        List<ZfsDataset> all = List(dataset, name);
        string origin = "-";
        while (all.Find(one => one.Name == dataset && (mark is null || one.Mark == mark)) is { } own)
        {
            if (all.Find(one => one.Origin.StartsWith(dataset + "@", StringComparison.Ordinal)) is { } clone)
            {
                // It gets the snapshot that it was made of, and those before it.
                Run(["promote", clone.Name], dataset, what, name);
            }
            else
            {
                origin = own.Origin;
                Destroy(dataset, what, name);
            }

            all = List(dataset, name);
        }

        // The snapshot was for the clone alone; one of a clone that was never made has its mark as name.
        foreach (string snapshot in mark is null ? [origin] : SnapshotsOf(dataset, mark, name))
        {
            if (snapshot.Contains("@" + MarkStart, StringComparison.Ordinal) && !all.Exists(one => one.Origin == snapshot))
            {
                Run(["destroy", snapshot], dataset, what, name);
            }
        }
    }

    /// <summary>Mounts a dataset, if it is not; where.</summary>
    /// <exception cref="LxcException">StorageUnsupported or StorageFailed.</exception>
    internal static string Mount(string dataset, string name)
    {
        string what = $"The dataset '{DisplayText.Of(dataset)}' cannot be mounted";
        Dictionary<string, string> properties = Run(["get", "-H", "-o", "property,value", "mounted,mountpoint", dataset], dataset, what, name)
            .Split('\n').Select(line => line.Split('\t', 2)).Where(words => words.Length == 2).ToDictionary(words => words[0], words => words[1]);
        string current = properties.GetValueOrDefault("mountpoint", string.Empty);
        if (properties.GetValueOrDefault("mounted") == "yes")
        {
            return current;
        }

        // One that LXC made would be mounted in its container's directory, which moves with the name, and not be removable.
        string place = $"{Places}/{dataset}";
        FileTree.MakeDirectories(Places, 0x1C0 /* 0700 */);
        FileTree.MakeDirectories(place, 0x1C0);
        if (current != place)
        {
            Run(["set", $"mountpoint={place}", dataset], dataset, what, name);
        }

        Run(["mount", dataset], dataset, what, name);
        return place;
    }

    private static string Create(ContainerCreation creation, string root, string? source, long size, string name)
    {
        List<ZfsDataset> all = List(root, name);
        string dataset = $"{root}/{VolumeName.For(creation.Directory, all.Select(one => one.Name[(one.Name.LastIndexOf('/') + 1)..]))}";
        string mark = MarkStart + Guid.NewGuid().ToString("n");
        string what = $"The dataset '{DisplayText.Of(dataset)}' cannot be made";
        string[] options =
        [
            "-o", $"mountpoint={Places}/{dataset}", "-o", "canmount=noauto", "-o", $"{ZfsDataset.MarkProperty}={mark}", .. size == 0 ? (string[])[] : ["-o", $"refquota={size}"],
        ];
        if (!all.Exists(one => one.Name == root))
        {
            // As LXC does. Below it nothing is made so, because of what is there already that would say nothing.
            Run(["create", "-p", root], root, what, name);
        }

        creation.Note($"{Prefix}{dataset}\t{mark}\n");
        if (source is null)
        {
            Run(["create", .. options, dataset], root, what, name, creation.LockDescriptor);
        }
        else
        {
            Run(["snapshot", $"{source}@{mark}"], root, what, name, creation.LockDescriptor);
            Run(["clone", .. options, $"{source}@{mark}", dataset], root, what, name, creation.LockDescriptor);
        }

        Mount(dataset, name);
        return Prefix + dataset;
    }

    private static List<ZfsDataset> List(string dataset, string name) =>
        ZfsDataset.Parse(Run(["list", "-H", "-o", ZfsDataset.Properties, "-t", "filesystem", "-r", PoolOf(dataset)], dataset, $"The datasets of the pool '{PoolOf(dataset)}' cannot be listed", name));

    private static IEnumerable<string> SnapshotsOf(string dataset, string mark, string name) =>
        Run(["list", "-H", "-o", "name", "-t", "snapshot", "-r", PoolOf(dataset)], dataset, $"The snapshots of the pool '{PoolOf(dataset)}' cannot be listed", name)
            .Split('\n').Where(snapshot => snapshot.EndsWith("@" + mark, StringComparison.Ordinal));

    // It is in use for a moment after it was, and nothing tells when that has ended.
    private static void Destroy(string dataset, string what, string name)
    {
        for (long end = Environment.TickCount64 + BlockFileSystem.Patience; ; Thread.Sleep(BlockFileSystem.Interval))
        {
            try
            {
                Run(["destroy", "-r", dataset], dataset, what, name);
                return;
            }
            catch (LxcException e) when (e.Message.Contains("is busy", StringComparison.Ordinal) && Environment.TickCount64 < end)
            {
            }
        }
    }

    private static string PoolOf(string dataset) => dataset.Split('/')[0];

    private static string Run(string[] arguments, string dataset, string what, string name, int held = -1)
    {
        StorageTool tool = new(what, name);
        ProgramResult result = tool.Run("zfsutils-linux", ["zfs", .. arguments], held);
        if (result.Exit.ExitCode == 0)
        {
            return result.Output;
        }

        string pool = PoolOf(dataset);
        if (result.Error.Contains($"no such pool '{pool}'", StringComparison.Ordinal) || result.Error.Contains($"'{pool}': dataset does not exist", StringComparison.Ordinal))
        {
            throw tool.Missing($"there is no pool '{pool}'", "Make it with zpool create, or name another, or a dataset of it, as lxc.bdev.zfs.root in /etc/lxc/lxc.conf.");
        }

        bool isFull = result.FullErrno != 0 || result.Error.Contains("out of space", StringComparison.Ordinal);
        throw tool.Failed("zfs", result, isFull, isFull ? $"See what is free with 'zfs list {pool}'." : $"See the datasets with 'zfs list -r {pool}'.");
    }
}
