using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>The id maps of the user namespaces in which the files of a user's containers are worked on.</summary>
internal static class UserMaps
{
    /// <summary>
    /// The maps under which images are unpacked: a user's are those of all of his containers, so that these find their owners; root's containers
    /// map owners by their mounts, and any ids do that are nobody's.
    /// </summary>
    /// <exception cref="LxcException">IdMapFailed: the user has no subordinate ids, or not enough.</exception>
    internal static IReadOnlyList<IdMapEntry> OfImages() => Processes.EffectiveUserId == 0 ? SubordinateIds.ForNewContainer([], isolated: false) : WithOwn(SubordinateIds.ForUser());

    /// <summary>
    /// A container's maps, with the caller's own ids behind them: its root reaches what belongs to the caller, such as the directory that the
    /// root file system is made in.
    /// </summary>
    internal static IReadOnlyList<IdMapEntry> WithOwn(IReadOnlyList<IdMapEntry> maps)
    {
        List<IdMapEntry> all = [.. maps];
        foreach (bool group in (ReadOnlySpan<bool>)[false, true])
        {
            uint own = group ? Processes.EffectiveGroupId : Processes.EffectiveUserId;
            uint next = 0;
            bool isMapped = false;
            foreach (IdMapEntry map in maps)
            {
                if (group ? map.IsGroup : map.IsUser)
                {
                    next = Math.Max(next, map.ContainerId + map.Count);
                    isMapped |= map.HasHostId(own);
                }
            }

            if (!isMapped)
            {
                all.Add(new IdMapEntry(!group, group, next, own, 1));
            }
        }

        return all;
    }

    /// <summary>Maps in which the caller himself is root, and has all of his subordinate ids besides: for the removal of whatever they own.</summary>
    /// <exception cref="LxcException">StorageFailed or PermissionDenied: the files of subordinate ids cannot be read.</exception>
    internal static IReadOnlyList<IdMapEntry> OfEverything()
    {
        SubordinateIds ids = SubordinateIds.Read();
        string name = HostUser.Name;
        List<IdMapEntry> maps = [];
        foreach (bool group in (ReadOnlySpan<bool>)[false, true])
        {
            maps.Add(new IdMapEntry(!group, group, 0, group ? Processes.EffectiveGroupId : Processes.EffectiveUserId, 1));
            maps.AddRange(ids.MapsOfUser(name, Processes.EffectiveUserId, group, first: 1));
        }

        return maps;
    }

    /// <summary>The options of GNU tar by which the caller's own files are root's in an archive, under maps of <see cref="WithOwn"/>.</summary>
    /// <param name="maps">The maps; none where tar runs as the caller.</param>
    /// <param name="directory">The directory that a file for it is written in.</param>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal static IReadOnlyList<string> OwnerOptions(IReadOnlyList<IdMapEntry> maps, string directory)
    {
        if (maps.Count == 0)
        {
            return [];
        }

        List<string> options = [];
        foreach (bool group in (ReadOnlySpan<bool>)[false, true])
        {
            uint own = group ? Processes.EffectiveGroupId : Processes.EffectiveUserId;
            IdMapEntry entry = maps.First(map => (group ? map.IsGroup : map.IsUser) && map.HasHostId(own));
            string file = $"{directory}/{(group ? "groups" : "users")}";
            AtomicFile.Write(file, Encoding.UTF8.GetBytes($"+{entry.ContainerId + own - entry.HostId} +0\n"));
            options.Add($"--{(group ? "group" : "owner")}-map={file}");
        }

        return options;
    }
}
