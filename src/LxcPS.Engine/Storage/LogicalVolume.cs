namespace LxcPS.Engine.Storage;

/// <summary>A logical volume, as lvs(8) tells of it.</summary>
/// <param name="Name">Its name in its group.</param>
/// <param name="Attributes">The letters of lv_attr; the first is its kind.</param>
/// <param name="Origin">What it is a snapshot of, or empty.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Tags">Its tags.</param>
internal sealed record LogicalVolume(string Name, string Attributes, string Origin, long Size, IReadOnlyList<string> Tags)
{
    /// <summary>The fields that <see cref="Parse"/> reads.</summary>
    internal const string Fields = "lv_name,lv_attr,origin,lv_size,lv_tags";

    /// <summary>What is between them: no character of a name or a tag.</summary>
    internal const char Separator = '|';

    /// <summary>Whether volumes are made in it, which take the room that is written.</summary>
    internal bool IsThinPool => Attributes.StartsWith('t');

    /// <summary>Whether it is in a thin pool: its snapshots do not need it.</summary>
    internal bool IsThin => Attributes.StartsWith('V');

    /// <summary>Whether it is a snapshot outside a pool, which holds what its origin had and is nothing without it.</summary>
    internal bool IsSnapshot => Attributes.StartsWith('s') || Attributes.StartsWith('S');

    /// <summary>Reads what lvs writes with <see cref="Fields"/>, sizes in bytes without a unit.</summary>
    internal static List<LogicalVolume> Parse(string output)
    {
        List<LogicalVolume> volumes = [];
        foreach (string line in output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(Separator);
            if (fields.Length == 5 && long.TryParse(fields[3], out long size))
            {
                volumes.Add(new LogicalVolume(fields[0], fields[1], fields[2], size, fields[4].Split(',', StringSplitOptions.RemoveEmptyEntries)));
            }
        }

        return volumes;
    }
}
