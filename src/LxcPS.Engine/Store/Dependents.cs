using LxcPS.Engine.Copying;
using LxcPS.Native;

namespace LxcPS.Engine.Store;

/// <summary>
/// Which containers are laid over which others. LXC keeps it in two files: <c>lxc_snapshots</c> of a container names those that need it, and
/// <c>lxc_rdepends</c> those that it needs, each by the directory of containers and the name, a line each.
/// </summary>
internal static class Dependents
{
    internal const string Needed = "lxc_snapshots";
    internal const string Needs = "lxc_rdepends";

    /// <summary>Refuses what would take a container away from those that are laid over it. Its own snapshots go with it.</summary>
    /// <exception cref="LxcException">ContainerNeeded, with the names of all that need it.</exception>
    internal static void RequireNone(ContainerStore store, string name, string what)
    {
        string snapshots = SnapshotStore.PathOf(store, name);
        List<(string LxcPath, string Name)> users = [.. Of(store.LxcPath, name).Where(user => user.LxcPath != snapshots)];
        if (users.Count > 0)
        {
            throw new LxcException(LxcErrorId.ContainerNeeded, $"Container '{name}' cannot be {what}: {Describe(users, store.LxcPath)} laid over it")
            {
                ContainerName = name,
                Path = store.DirectoryOf(name),
                Advice = "Remove those first, or copy them without -Snapshot.",
            };
        }
    }

    /// <summary>What is laid over a container or an image, as far as it is still there.</summary>
    internal static List<(string LxcPath, string Name)> Of(string lxcPath, string name) =>
        [.. Read($"{lxcPath}/{name}/{Needed}").Where(user => Directory.Exists($"{user.LxcPath}/{user.Name}"))];

    /// <summary>The subject of a sentence: <c>the containers a, b are</c>.</summary>
    internal static string Describe(IReadOnlyList<(string LxcPath, string Name)> users, string? lxcPath = null)
    {
        IEnumerable<string> names = users.Select(user => DisplayText.Of(user.LxcPath == lxcPath ? user.Name : $"{user.LxcPath}/{user.Name}"));
        return (users.Count == 1 ? "the container " : "the containers ") + string.Join(", ", names) + (users.Count == 1 ? " is" : " are");
    }

    /// <summary>Holds what is noted of a container or an image as it is.</summary>
    internal static ContainerLock Lock(string lxcPath, string name) => ContainerLock.Acquire(lxcPath, name, TimeSpan.FromSeconds(30));

    /// <summary>What a container, and its snapshots, are laid over.</summary>
    internal static List<(string LxcPath, string Name, string ByPath, string ByName)> BasesOf(ContainerStore store, string name)
    {
        List<(string, string, string, string)> bases = [];
        Add(store.LxcPath, name);
        string snapshots = SnapshotStore.PathOf(store, name);
        if (Directory.Exists(snapshots))
        {
            foreach (string snapshot in Directory.GetDirectories(snapshots))
            {
                Add(snapshots, Path.GetFileName(snapshot));
            }
        }

        return bases;

        void Add(string byPath, string byName)
        {
            foreach ((string lxcPath, string other) in Read($"{byPath}/{byName}/{Needs}"))
            {
                bases.Add((lxcPath, other, byPath, byName));
            }
        }
    }

    /// <summary>Notes that a container needs another; twice is once.</summary>
    internal static void Add(string lxcPath, string name, string byPath, string byName) =>
        Change(lxcPath, name, pairs => pairs.Contains((byPath, byName)) ? pairs : [.. pairs, (byPath, byName)]);

    /// <summary>Notes that it does not any more.</summary>
    internal static void Remove(string lxcPath, string name, string byPath, string byName) =>
        Change(lxcPath, name, pairs => [.. pairs.Where(pair => pair != (byPath, byName))]);

    /// <summary>Writes what a container in the making needs.</summary>
    internal static void WriteNeeds(string directory, IEnumerable<(string LxcPath, string Name)> bases) => Write($"{directory}/{Needs}", [.. bases]);

    /// <summary>What a container needs.</summary>
    internal static List<(string LxcPath, string Name)> NeedsOf(string directory) => Read($"{directory}/{Needs}");

    private static void Change(string lxcPath, string name, Func<List<(string, string)>, List<(string LxcPath, string Name)>> change)
    {
        string directory = $"{lxcPath}/{name}";
        if (!Directory.Exists(directory))
        {
            return;
        }

        using ContainerLock held = Lock(lxcPath, name);
        string path = $"{directory}/{Needed}";
        List<(string LxcPath, string Name)> pairs = change(Read(path));
        if (pairs.Count > 0)
        {
            Write(path, pairs);
        }
        else if (FileTree.Exists(path))
        {
            // LXC takes the file itself for a sign.
            FileTree.Remove(Descriptors.CurrentDirectory, path);
        }
    }

    private static List<(string LxcPath, string Name)> Read(string path)
    {
        List<(string, string)> pairs = [];
        string[] lines;
        try
        {
            lines = Descriptors.ReadText(path).Split('\n');
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR)
        {
            return pairs;
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"'{DisplayText.Of(path)}' cannot be read");
        }

        for (int i = 0; i + 1 < lines.Length; i += 2)
        {
            if (lines[i].StartsWith('/') && ContainerName.IsValid(lines[i + 1]))
            {
                pairs.Add((lines[i].Length > 1 ? lines[i].TrimEnd('/') : lines[i], lines[i + 1]));
            }
        }

        return pairs;
    }

    private static void Write(string path, List<(string LxcPath, string Name)> pairs) =>
        AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(string.Concat(pairs.Select(pair => $"{pair.LxcPath}\n{pair.Name}\n"))), 0x1A4);
}
