namespace LxcPS.Engine.Storage;

/// <summary>A file system of ZFS, as zfs(8) tells of it.</summary>
/// <param name="Name">Its name, from the pool on.</param>
/// <param name="Origin">The snapshot that it is a clone of, or <c>-</c>.</param>
/// <param name="Mark">What we marked it with, or <c>-</c>.</param>
internal sealed record ZfsDataset(string Name, string Origin, string Mark)
{
    /// <summary>The property with <see cref="Mark"/>.</summary>
    internal const string MarkProperty = "lxcps:made";

    /// <summary>The properties that <see cref="Parse"/> reads.</summary>
    internal const string Properties = "name,origin," + MarkProperty;

    /// <summary>Reads what zfs list writes with <see cref="Properties"/> and -H.</summary>
    internal static List<ZfsDataset> Parse(string output)
    {
        List<ZfsDataset> datasets = [];
        foreach (string line in output.Split('\n'))
        {
            if (line.Split('\t') is [string name, string origin, string mark])
            {
                datasets.Add(new ZfsDataset(name, origin, mark));
            }
        }

        return datasets;
    }
}
