using LxcPS.Engine.Rootless;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Ids that the user may give to containers.</summary>
internal static class AccountChecks
{
    /// <summary>As many as an ordinary system uses: 0 to 65535.</summary>
    private const uint Enough = 65536;

    internal static void Add(CapabilityList list)
    {
        uint id = Processes.EffectiveUserId;
        string name = HostUser.Name;
        Table(list, "Subordinate user ids", "/etc/subuid", "--add-subuids", name, id);
        Table(list, "Subordinate group ids", "/etc/subgid", "--add-subgids", name, id);
    }

    private static void Table(CapabilityList list, string title, string file, string option, string user, uint id)
    {
        IReadOnlyList<SubordinateRange> ranges = SubordinateIds.Parse(Descriptors.TryReadText(file) ?? string.Empty, user, id);
        uint longest = SubordinateIds.Longest(ranges);
        string found = ranges.Count == 0 ? $"'{file}' has no range for {user}" : $"{user} has {ranges.Count} range(s), the longest of {longest} ids";

        // Root may map any id; a table keeps its ranges apart from those of users.
        list.RequireOfUser(title, longest >= Enough, "The ids that a container's users get on the host", found,
            $"Give {user} a range that no other user has: usermod {option} 1000000-1065535 {user}.");
    }
}
