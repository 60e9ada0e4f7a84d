namespace LxcPS.Engine.Configuration;

/// <summary>The id maps of one container together; see user_namespaces(7).</summary>
public sealed class IdMaps
{
    /// <summary>The most lines that the kernel takes of a map, since Linux 4.15.</summary>
    public const int MaximumLines = 340;

    private readonly List<IdMapEntry> entries;

    private IdMaps(List<IdMapEntry> entries) => this.entries = entries;

    /// <summary>The maps in the order of the configuration.</summary>
    public IReadOnlyList<IdMapEntry> Entries => entries;

    /// <summary>Whether there is none: the container shares the ids of the host.</summary>
    public bool IsEmpty => entries.Count == 0;

    /// <summary>Reads the maps of a configuration and checks them against one another.</summary>
    /// <exception cref="LxcException">
    /// ConfigInvalidValue: a map cannot be read, or overlaps another, or only one of user and group ids has maps.
    /// </exception>
    public static IdMaps Of(ContainerConfig config)
    {
        List<IdMapEntry> entries = [];
        foreach (string value in config.GetAll("lxc.idmap"))
        {
            entries.Add(IdMapEntry.Parse(value));
        }

        return Of(entries);
    }

    /// <summary>Checks maps against one another.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue.</exception>
    public static IdMaps Of(IEnumerable<IdMapEntry> maps)
    {
        IdMaps all = new([.. maps]);
        if (all.entries.Count > 0)
        {
            all.Check(group: false);
            all.Check(group: true);
        }

        return all;
    }

    /// <summary>The host's id of a user of the container; null when it has none there.</summary>
    public uint? HostUser(uint id) => Lookup(id, group: false, toHost: true);

    /// <summary>The host's id of a group of the container; null when it has none there.</summary>
    public uint? HostGroup(uint id) => Lookup(id, group: true, toHost: true);

    /// <summary>The container's id of a user of the host; null when it has none there.</summary>
    public uint? ContainerUser(uint id) => Lookup(id, group: false, toHost: false);

    /// <summary>The container's id of a group of the host; null when it has none there.</summary>
    public uint? ContainerGroup(uint id) => Lookup(id, group: true, toHost: false);

    /// <summary>Whether two ranges have a number in common.</summary>
    internal static bool Overlap(uint first, uint firstCount, uint second, uint secondCount) =>
        first < (ulong)second + secondCount && second < (ulong)first + firstCount;

    private uint? Lookup(uint id, bool group, bool toHost)
    {
        if (entries.Count == 0)
        {
            return id;
        }

        foreach (IdMapEntry entry in entries)
        {
            (uint from, uint to) = toHost ? (entry.ContainerId, entry.HostId) : (entry.HostId, entry.ContainerId);
            if ((group ? entry.IsGroup : entry.IsUser) && id >= from && id - from < entry.Count)
            {
                return to + (id - from);
            }
        }

        return null;
    }

    private void Check(bool group)
    {
        List<IdMapEntry> same = [];
        foreach (IdMapEntry entry in entries)
        {
            if (group ? entry.IsGroup : entry.IsUser)
            {
                same.Add(entry);
            }
        }

        string kind = group ? "group" : "user";
        if (same.Count is 0 or > MaximumLines)
        {
            throw Invalid(same.Count == 0 ? $"The id maps have no range of {kind} ids"
                : $"The id maps have {same.Count} ranges of {kind} ids, and the kernel takes {MaximumLines}",
                "Give user and group ids at least one range each, and join ranges that follow one another.");
        }

        for (int i = 0; i < same.Count; i++)
        {
            for (int j = 0; j < i; j++)
            {
                bool inside = Overlap(same[i].ContainerId, same[i].Count, same[j].ContainerId, same[j].Count);
                if (inside || Overlap(same[i].HostId, same[i].Count, same[j].HostId, same[j].Count))
                {
                    throw Invalid($"The id maps '{same[j]}' and '{same[i]}' overlap {(inside ? "in the container" : "on the host")}",
                        $"Each {kind} id may be in one range only.");
                }
            }
        }
    }

    private static LxcException Invalid(string message, string advice) =>
        new(LxcErrorId.ConfigInvalidValue, message) { ConfigKey = "lxc.idmap", Advice = advice };
}
