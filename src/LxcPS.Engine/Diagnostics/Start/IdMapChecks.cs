using LxcPS.Engine.Configuration;
using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Whose ids a container's are on the host. The kernel takes any of root's; ids of others are a risk, no failure.</summary>
internal static class IdMapChecks
{
    private const string Name = "Subordinate ids";

    internal static void Add(StartFindings findings, IReadOnlyList<IdMapEntry> maps)
    {
        bool fine = true;
        foreach ((string file, bool group) in (ReadOnlySpan<(string, bool)>)[("/etc/subuid", false), ("/etc/subgid", true)])
        {
            foreach (string owner in OthersIn(Descriptors.TryReadText(file) ?? string.Empty, maps, group))
            {
                fine = false;
                findings.Warn(Name, $"'{file}' gives ids of the container to {owner}, whose containers share them", "lxc.idmap",
                    "Give lxc.idmap a range that no other user has.");
            }
        }

        if (fine && maps.Count > 0)
        {
            findings.Pass(Name, "no other user has the ids", "lxc.idmap");
        }
    }

    /// <summary>The users other than root to whom a text of subuid(5) gives ids that the maps use.</summary>
    internal static IReadOnlyList<string> OthersIn(string text, IReadOnlyList<IdMapEntry> maps, bool group)
    {
        List<string> owners = [];
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(':');
            if (fields.Length != 3 || fields[0] is "root" or "0" || owners.Contains(fields[0])
                || !uint.TryParse(fields[1], out uint first) || !uint.TryParse(fields[2], out uint count))
            {
                continue;
            }

            foreach (IdMapEntry map in maps)
            {
                if ((group ? map.IsGroup : map.IsUser) && IdMaps.Overlap(first, count, map.HostId, map.Count))
                {
                    owners.Add(fields[0]);
                    break;
                }
            }
        }

        return owners;
    }
}
