namespace LxcPS.Engine.Storage;

/// <summary>What a container's volume or dataset is called: as the container, where that name can be had.</summary>
internal static class VolumeName
{
    // lvm(8): a device is called by group and volume, its hyphens doubled, in 127 characters.
    private const int Longest = 50;

    // lvm(8) keeps these for itself.
    private static readonly string[] ReservedStarts = ["snapshot", "pvmove"];
    private static readonly string[] ReservedParts =
    [
        "_cdata", "_cmeta", "_corig", "_cpool", "_cvol", "_imeta", "_iorig", "_mimage", "_mlog", "_pmspare", "_rimage", "_rmeta", "_tdata", "_tmeta", "_vdata", "_vorigin",
        "_wcorig",
    ];

    /// <summary>A name for the root file system in a directory, that no other has.</summary>
    /// <param name="directory">A container's, a snapshot's (<c>NAME/snaps/SNAPSHOT</c>), or that of a restore (<c>NAME/.restore/new</c>).</param>
    /// <param name="taken">The names that there are.</param>
    internal static string For(string directory, IEnumerable<string> taken)
    {
        string[] parts = directory.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string wanted = parts.Length < 3 ? parts[^1] : parts[^2] switch
        {
            Copying.SnapshotStore.DirectoryName => $"{parts[^3]}.{parts[^1]}",
            Copying.SnapshotStore.Staging => parts[^3],
            _ => parts[^1],
        };
        string name = string.Concat(wanted.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' ? letter : '_'));
        if (name[0] == '-' || ReservedStarts.Any(name.StartsWith) || ReservedParts.Any(name.Contains))
        {
            name = "lxc." + name.Replace('_', '.');
        }

        return name.Length <= Longest && !taken.Contains(name) ? name : $"{name[..Math.Min(name.Length, Longest)]}.{Guid.NewGuid().ToString("n")[..8]}";
    }
}
