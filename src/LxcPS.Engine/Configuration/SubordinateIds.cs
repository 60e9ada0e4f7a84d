using LxcPS.Engine.Rootless;
using LxcPS.Native;

namespace LxcPS.Engine.Configuration;

/// <summary>The ids that users may give to their containers: subuid(5) and subgid(5), and what root's containers get where those say nothing.</summary>
public sealed class SubordinateIds
{
    /// <summary>The ids of one container: as many as an unsigned 16-bit number has, which is what distributions use.</summary>
    public const uint ContainerSize = 65536;

    /// <summary>
    /// The first id of our own area, which ends with <see cref="OwnLast"/>: 4,094 containers. systemd's table of ids calls these numbers
    /// unused: systemd-nspawn ends just below, systemd's foreign ids begin just above, Incus and LXD lie between 1,000,000 and
    /// 1,001,000,000, useradd(8) hands out 100,000 to 600,100,000, and beyond 2,147,483,647 programs take ids for negative numbers.
    /// </summary>
    public const uint OwnFirst = 0x7000_0000;

    /// <summary>The last id of our own area.</summary>
    public const uint OwnLast = 0x7FFD_FFFF;

    private SubordinateIds(List<SubordinateRange> users, List<SubordinateRange> groups)
    {
        Users = users;
        Groups = groups;
    }

    /// <summary>The ranges of user ids.</summary>
    public IReadOnlyList<SubordinateRange> Users { get; }

    /// <summary>The ranges of group ids.</summary>
    public IReadOnlyList<SubordinateRange> Groups { get; }

    /// <summary>Reads both files; one that is missing has no ranges, and lines that are no range are passed over, as the shadow tools do.</summary>
    /// <exception cref="LxcException">StorageFailed or PermissionDenied: a file is there and cannot be read.</exception>
    public static SubordinateIds Read(string userFile = "/etc/subuid", string groupFile = "/etc/subgid") =>
        new(ReadRanges(userFile), ReadRanges(groupFile));

    /// <summary>
    /// The maps of all containers of the calling user, who is not root: all ranges that he has of either kind, one after the other from 0 on.
    /// As with LXC they share them: most users have a single range, which is no more than one container's.
    /// </summary>
    /// <exception cref="LxcException">IdMapFailed: the user has no subordinate ids, or not enough.</exception>
    public static IReadOnlyList<IdMapEntry> ForUser() => Read().MapsOfUser(HostUser.Name, Processes.EffectiveUserId);

    /// <summary>The maps of all containers of a user; see <see cref="ForUser"/>.</summary>
    public IReadOnlyList<IdMapEntry> MapsOfUser(string userName, uint userId)
    {
        List<IdMapEntry> maps = [];
        foreach (bool group in (ReadOnlySpan<bool>)[false, true])
        {
            List<IdMapEntry> ranges = MapsOfUser(userName, userId, group, first: 0);
            maps.AddRange(ranges);
            if (ranges.Sum(range => range.Count) < ContainerSize)
            {
                throw Missing(userName, group ? "/etc/subgid" : "/etc/subuid");
            }
        }

        return maps;
    }

    /// <summary>All ranges that a user has of one kind, one after the other.</summary>
    /// <param name="userName">The user's name.</param>
    /// <param name="userId">The user's id.</param>
    /// <param name="group">Which kind.</param>
    /// <param name="first">What the first id is mapped to.</param>
    internal List<IdMapEntry> MapsOfUser(string userName, uint userId, bool group, uint first)
    {
        List<IdMapEntry> maps = [];
        foreach (SubordinateRange range in group ? Groups : Users)
        {
            if (IsOf(range, userName, userId) && range.Count <= uint.MaxValue - first)
            {
                maps.Add(new IdMapEntry(!group, group, first, range.First, range.Count));
                first += range.Count;
            }
        }

        return maps;
    }

    /// <summary>Whether a map's ids of the host are a user's to give: subordinate ones, or his own.</summary>
    internal bool IsGranted(string userName, uint userId, IdMapEntry map, bool group)
    {
        if (map.Count == 1 && map.HostId == (group ? Processes.EffectiveGroupId : userId))
        {
            return true;
        }

        foreach (SubordinateRange range in group ? Groups : Users)
        {
            if (IsOf(range, userName, userId) && map.HostId >= range.First && (ulong)map.HostId + map.Count <= (ulong)range.First + range.Count)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The maps of a new container of the calling user: the lowest 65,536 ids that no container has, of the user's subordinate ids, or for
    /// root without such of <see cref="OwnFirst"/> to <see cref="OwnLast"/>. A range for each container keeps what breaks out of one from
    /// the files and processes of the others.
    /// </summary>
    /// <param name="used">The maps of all containers there are.</param>
    /// <param name="isolated">Whether no id may be one that the files give to somebody else as well.</param>
    /// <exception cref="LxcException">IdMapFailed: the user has no subordinate ids, or all are used.</exception>
    public static IReadOnlyList<IdMapEntry> ForNewContainer(IReadOnlyCollection<IdMapEntry> used, bool isolated) =>
        Read().Allocate(used, HostUser.Name, Processes.EffectiveUserId, isolated);

    /// <summary>The maps of a new container of a user.</summary>
    /// <param name="used">The maps of all containers there are.</param>
    /// <param name="userName">The user's name.</param>
    /// <param name="userId">The user's id.</param>
    /// <param name="isolated">
    /// Whether no id may be one that the files give to somebody else as well: two users may have the same range, and what root has there is
    /// also what LXC gives all of root's containers. Root's isolated containers get theirs of the own area therefore.
    /// </param>
    /// <exception cref="LxcException">IdMapFailed.</exception>
    public IReadOnlyList<IdMapEntry> Allocate(IReadOnlyCollection<IdMapEntry> used, string userName, uint userId, bool isolated = false)
    {
        List<SubordinateRange> users = RangesOf(Users, userName, userId);
        List<SubordinateRange> groups = RangesOf(Groups, userName, userId);
        if (users.Count > 0 && groups.Count > 0 && !(isolated && userId == 0))
        {
            IReadOnlyCollection<IdMapEntry> taken = isolated ? [.. used, .. OfOthers(Users, userName, userId), .. OfOthers(Groups, userName, userId)] : used;
            uint user = Lowest(users, taken, group: isolated ? null : false) ?? throw Exhausted("user", userName, isolated);
            uint group = Lowest(groups, taken, group: isolated ? null : true) ?? throw Exhausted("group", userName, isolated);
            return MapsOf(user, group);
        }

        if (userId != 0)
        {
            throw Missing(userName, users.Count == 0 ? "/etc/subuid" : "/etc/subgid");
        }

        // Root may use any id, so it keeps clear of what the files give to anyone.
        List<IdMapEntry> all = [.. used, .. OfOthers(Users, null, 0), .. OfOthers(Groups, null, 0)];
        List<SubordinateRange> own = [new(userName, OwnFirst, OwnLast - OwnFirst + 1)];
        uint first = Lowest(own, all, group: null) ?? throw Exhausted("user", userName, isolated);
        return MapsOf(first, first);
    }

    // What a file gives to anyone but this user; to anyone at all without one.
    private static IEnumerable<IdMapEntry> OfOthers(IReadOnlyList<SubordinateRange> ranges, string? userName, uint userId)
    {
        foreach (SubordinateRange range in ranges)
        {
            if (userName is null || (range.Owner != userName && range.Owner != userId.ToString()))
            {
                yield return new IdMapEntry(true, true, 0, range.First, range.Count);
            }
        }
    }

    private static bool IsOf(SubordinateRange range, string userName, uint userId) => range.Owner == userName || range.Owner == userId.ToString();

    private static IdMapEntry[] MapsOf(uint user, uint group) =>
        [new(true, false, 0, user, ContainerSize), new(false, true, 0, group, ContainerSize)];

    private static List<SubordinateRange> RangesOf(IReadOnlyList<SubordinateRange> all, string userName, uint userId)
    {
        List<SubordinateRange> own = [];
        foreach (SubordinateRange range in all)
        {
            if (range.Count >= ContainerSize && IsOf(range, userName, userId))
            {
                own.Add(range);
            }
        }

        return own;
    }

    private static uint? Lowest(List<SubordinateRange> ranges, IReadOnlyCollection<IdMapEntry> used, bool? group)
    {
        foreach (SubordinateRange range in ranges)
        {
            ulong end = (ulong)range.First + range.Count;
            for (ulong first = range.First; first + ContainerSize <= end; first += ContainerSize)
            {
                if (IsFree((uint)first, used, group))
                {
                    return (uint)first;
                }
            }
        }

        return null;
    }

    private static bool IsFree(uint first, IReadOnlyCollection<IdMapEntry> used, bool? group)
    {
        foreach (IdMapEntry entry in used)
        {
            bool concerns = group is null || (group.Value ? entry.IsGroup : entry.IsUser);
            if (concerns && IdMaps.Overlap(first, ContainerSize, entry.HostId, entry.Count))
            {
                return false;
            }
        }

        return true;
    }

    private static LxcException Missing(string userName, string file) =>
        new(LxcErrorId.IdMapFailed, $"The user {userName} has no range of {ContainerSize} subordinate ids in {file}")
        {
            Step = "idmap",
            Path = file,
            Advice = $"Let root run: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {userName}, with ids that no other user has.",
        };

    private static LxcException Exhausted(string kind, string userName, bool isolated) =>
        new(LxcErrorId.IdMapFailed, $"All subordinate {kind} ids of {userName} are used by containers{(isolated ? ", or are another's too" : string.Empty)}")
        {
            Step = "idmap",
            Advice = "Remove containers that are not needed, or add a range to /etc/subuid and /etc/subgid.",
        };

    private static List<SubordinateRange> ReadRanges(string path)
    {
        List<SubordinateRange> ranges = [];
        string text;
        try
        {
            text = Descriptors.ReadText(path);
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT)
        {
            return ranges;
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The subordinate ids in '{path}' cannot be read");
        }

        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Trim().Split(':');
            if (fields.Length == 3 && fields[0].Length > 0 && uint.TryParse(fields[1], out uint first) && uint.TryParse(fields[2], out uint count)
                && count > 0 && count <= uint.MaxValue - first)
            {
                ranges.Add(new SubordinateRange(fields[0], first, count));
            }
        }

        return ranges;
    }
}
