using System.Text;

namespace LxcPS.Engine.Templates;

/// <summary>The account files of a container that shares the host's programs: the host's names and ids, and no password.</summary>
internal static class HostAccounts
{
    /// <summary>passwd(5) with every password field pointing at the shadow file, where an old one may hold a hash.</summary>
    internal static string Passwd(string host) => WithoutPasswords(host, 7);

    /// <summary>group(5) in the same way.</summary>
    internal static string Group(string host) => WithoutPasswords(host, 4);

    /// <summary>shadow(5) for these accounts: no password opens one, and none ages.</summary>
    internal static string Shadow(string passwd)
    {
        StringBuilder text = new();
        foreach (string line in Lines(passwd))
        {
            text.Append(line.AsSpan(0, line.IndexOf(':'))).Append(":*:::::::\n");
        }

        return text.ToString();
    }

    /// <summary>gshadow(5) for these groups: no password opens one; the members are the group's, as grpck(8) wants it.</summary>
    internal static string GroupShadow(string group)
    {
        StringBuilder text = new();
        foreach (string line in Lines(group))
        {
            text.Append(line.AsSpan(0, line.IndexOf(':'))).Append(":*::").Append(line.AsSpan(line.LastIndexOf(':') + 1)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The id of a group by name, or null.</summary>
    internal static uint? GroupId(string group, string name)
    {
        foreach (string line in Lines(group))
        {
            string[] fields = line.Split(':');
            if (fields[0] == name && uint.TryParse(fields[2], out uint id))
            {
                return id;
            }
        }

        return null;
    }

    private static string WithoutPasswords(string host, int count)
    {
        StringBuilder text = new(host.Length);
        foreach (string line in Lines(host))
        {
            string[] fields = line.Split(':');
            if (fields.Length == count)
            {
                fields[1] = "x";
                text.Append(string.Join(':', fields)).Append('\n');
            }
        }

        return text.ToString();
    }

    // Comments, and the + and - lines of NIS, which would bring in accounts that are not in the file.
    private static IEnumerable<string> Lines(string text)
    {
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] is not ('#' or '+' or '-') && line.IndexOf(':') > 0)
            {
                yield return line;
            }
        }
    }
}
