namespace LxcPS.Engine.Diagnostics;

/// <summary>Who the container's users are on the host.</summary>
internal static class IdentityFindings
{
    /// <summary>Accounts of the system's own have lower ids than this, people's may have any: login.defs(5), and systemd's users above 60000.</summary>
    private const uint Nobody = 65534;

    internal static void Add(SecurityList list, SecurityFacts facts)
    {
        IReadOnlyList<IdRange> map = IdRange.Parse(facts.UserMap);
        bool isHostRoot = !facts.IsPrivileged && map.Any(range => range.Contains(0));
        string evidence = $"/proc/{facts.Pid}/uid_map: {OneLine(facts.UserMap)}" + (facts.IsPrivileged ? $"; /proc/{facts.Pid}/ns/user is the monitor's" : string.Empty);
        list.Add("User namespace", facts.IsPrivileged || isHostRoot ? SecuritySeverity.High : SecuritySeverity.None,
            facts.IsPrivileged ? "Root of the container is root of the host: capabilities, labels and filters are all that hold it"
                : "A user of the container is root of the host: files of the host that it reaches are its own",
            evidence, "Make the container without -Privileged; lxc.idmap must not map the host's id 0.");
        if (facts.IsPrivileged)
        {
            return;
        }

        AddOverlaps(list, facts, map);
    }

    private static void AddOverlaps(SecurityList list, SecurityFacts facts, IReadOnlyList<IdRange> map)
    {
        List<string> shared = [];
        foreach (MappedProcess other in facts.Others)
        {
            if (IdRange.Parse(other.UserMap).Any(range => map.Any(own => own.Overlaps(range))))
            {
                shared.Add($"{other.Who}: {OneLine(other.UserMap)}");
            }
        }

        list.Add("Ids of other containers", shared.Count > 0 ? SecuritySeverity.Medium : SecuritySeverity.None,
            "To the kernel its users are the users of another user namespace: whoever gets to that one's files or processes may do all with them",
            shared.Count > 0 ? string.Join("; ", shared) : $"/proc/*/uid_map: none overlaps {OneLine(facts.UserMap)}",
            "Give each container a range of its own: lxc.idmap, as New-LxcContainer chooses it.");
        List<string> users = [];
        foreach (string line in facts.Accounts.Split('\n'))
        {
            string[] fields = line.Split(':');
            if (fields.Length >= 3 && uint.TryParse(fields[2], out uint id) && id is not (0 or Nobody) && map.Any(range => range.Contains(id)))
            {
                users.Add($"{fields[0]} ({id})");
            }
        }

        list.Add("Ids of host users", users.Count > 0 ? SecuritySeverity.Medium : SecuritySeverity.None,
            "A user of the container is a user of the host: files of that user which it reaches are its own",
            $"/etc/passwd: {(users.Count > 0 ? string.Join(", ", users) : $"no user is in {OneLine(facts.UserMap)}")}",
            "Choose a range in lxc.idmap in which the host has no users.");
    }

    private static string OneLine(string map) =>
        string.Join(", ", map.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
}
