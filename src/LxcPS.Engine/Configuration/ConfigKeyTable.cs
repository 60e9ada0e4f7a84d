namespace LxcPS.Engine.Configuration;

/// <summary>
/// All keys of lxc.container.conf(5), LXC 5 to 7. The one table that the parser, the validation, the completion and the documentation read.
/// </summary>
public static partial class ConfigKeyTable
{
    private const string NetworkPrefix = "lxc.net.";

    private static readonly Dictionary<string, ConfigKey> ByName;

    // In the constructor: the rows are initialised in another file, and files have no order.
    static ConfigKeyTable() => ByName = IndexRows();

    /// <summary>All rows, in the order of the man page.</summary>
    public static IReadOnlyList<ConfigKey> All => Rows;

    /// <summary>The row of a key, or null where there is no such key.</summary>
    /// <param name="name">A key as a configuration has it, e.g. <c>lxc.net.0.type</c> or <c>lxc.sysctl.net.ipv4.ip_forward</c>.</param>
    public static ConfigKey? Find(string name)
    {
        if (ByName.TryGetValue(PatternOf(name), out ConfigKey? key))
        {
            return key;
        }

        foreach (string family in Families)
        {
            if (name.Length > family.Length && name.StartsWith(family, StringComparison.Ordinal))
            {
                return IsWord(name) ? ByName[family + "*"] : null;
            }
        }

        return null;
    }

    /// <summary>The name of the key that is spelled most like another; null where none is near.</summary>
    public static string? Nearest(string name)
    {
        string wanted = PatternOf(name.ToLowerInvariant());
        wanted = wanted.StartsWith("lxc.", StringComparison.Ordinal) ? wanted : "lxc." + wanted;
        string? nearest = null;
        int least = Math.Max(2, wanted.Length / 4) + 1;
        foreach (ConfigKey key in Rows)
        {
            int distance = Spelling.Distance(wanted, key.Name, least);
            if (distance < least)
            {
                (nearest, least) = (key.Name, distance);
            }
        }

        int index = IndexLength(name);
        return nearest is not null && index > 0 ? nearest.Replace("[i]", name.Substring(NetworkPrefix.Length, index)) : nearest;
    }

    /// <summary>The error of a name that is no key, with the name that was meant; null where it is one.</summary>
    public static LxcException? Refuse(string name) => ConfigReader.Check(name, string.Empty, string.Empty, 0)?.Error;

    /// <summary>The names that LXC 2 had for keys, and what each is called since LXC 2.1; null where the key went without a successor.</summary>
    /// <returns>Whether the name is one of them; <c>[i]</c> in the new name stands for the number of an interface.</returns>
    public static bool TryFindLegacy(string name, out string? newName)
    {
        if (LegacyNames.TryGetValue(name, out newName))
        {
            return true;
        }

        foreach ((string old, string now) in LegacyFamilies)
        {
            if (name.StartsWith(old, StringComparison.Ordinal))
            {
                string rest = name[old.Length..];
                if (now == NetworkPrefix)
                {
                    // An interface had a number or, mostly, none.
                    rest = IndexLength(now + rest) > 0 ? rest : "[i]." + rest;
                    rest += rest.EndsWith(".ipv4", StringComparison.Ordinal) || rest.EndsWith(".ipv6", StringComparison.Ordinal) ? ".address" : string.Empty;
                }

                newName = now + rest;
                return Find(newName.Replace("[i]", "0")) is not null;
            }
        }

        return false;
    }

    /// <summary>Whether an empty value of one key takes away the values of another, as LXC has it for whole families.</summary>
    internal static bool Clears(string clearing, string key)
    {
        if (clearing == key)
        {
            return true;
        }

        if (key.Length <= clearing.Length + 1 || key[clearing.Length] != '.' || !key.StartsWith(clearing, StringComparison.Ordinal))
        {
            return false;
        }

        return clearing switch
        {
            // The directories and the version are no members of the lists that LXC empties.
            "lxc.cgroup" => key is not "lxc.cgroup.relative" && !key.StartsWith("lxc.cgroup.dir", StringComparison.Ordinal),
            "lxc.hook" => key is not "lxc.hook.version",
            "lxc.net" or "lxc.cgroup2" or "lxc.prlimit" or "lxc.sysctl" or "lxc.proc" => true,
            "lxc.mount" => key is "lxc.mount.entry",
            _ => IndexLength(clearing) is int index && index > 0 && clearing.Length == NetworkPrefix.Length + index,
        };
    }

    /// <summary>The name of a row with the number of another name's interface in place of the pattern's; 0 where that has none.</summary>
    internal static string WithNumberOf(string row, string name)
    {
        int index = IndexLength(name);
        return row.Replace("[i]", index > 0 ? name.Substring(NetworkPrefix.Length, index) : "0");
    }

    // lxc.net.12.type is the row lxc.net.[i].type; written so it is no key.
    private static string PatternOf(string name)
    {
        int index = IndexLength(name);
        return index == 0 ? name.Replace("[i]", "[]") : string.Concat(NetworkPrefix, "[i]", name.AsSpan(NetworkPrefix.Length + index));
    }

    // What a line could hold before its = and give back.
    private static bool IsWord(string name)
    {
        foreach (char c in name)
        {
            if (char.IsControl(c) || char.IsWhiteSpace(c) || c == '=')
            {
                return false;
            }
        }

        return true;
    }

    private static int IndexLength(string name)
    {
        if (!name.StartsWith(NetworkPrefix, StringComparison.Ordinal))
        {
            return 0;
        }

        int end = NetworkPrefix.Length;
        while (end < name.Length && char.IsAsciiDigit(name[end]))
        {
            end++;
        }

        int length = end - NetworkPrefix.Length;
        return length is > 0 and <= 9 && (end == name.Length || name[end] == '.') ? length : 0;
    }

    private static Dictionary<string, ConfigKey> IndexRows()
    {
        Dictionary<string, ConfigKey> index = new(Rows.Length, StringComparer.Ordinal);
        foreach (ConfigKey row in Rows)
        {
            index.Add(row.Name, row);
        }

        return index;
    }
}
