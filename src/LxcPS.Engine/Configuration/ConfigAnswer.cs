using System.Globalization;

namespace LxcPS.Engine.Configuration;

/// <summary>
/// What a monitor answers a client that asks for a key, in the form that LXC's monitor has: numbers for signals and sizes, 0 for a number that is
/// not set, a list with a line feed after each value, a family with its keys. Found by asking lxc-start's monitor, LXC 5.0.2.
/// </summary>
internal static class ConfigAnswer
{
    /// <summary>The answer; null where LXC has none: the key is no key, or has neither value nor default.</summary>
    internal static string? Of(ContainerConfig config, string name)
    {
        if (ConfigKeyTable.Find(name) is not { } key)
        {
            return null;
        }

        if (key.Kind == ConfigValueKind.None)
        {
            return FamilyOf(config, name);
        }

        IReadOnlyList<string> values = config.GetAll(name);
        if (values.Count == 0)
        {
            return key.Unset;
        }

        if (!key.IsList || key.Name == "lxc.proc.*")
        {
            return ScalarOf(key, values[^1]);
        }

        IEnumerable<string> items = key.HasWords ? values.SelectMany(value => value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)) : values;
        return key.Kind == ConfigValueKind.AutoMounts ? string.Join(' ', items)
            : key.Name.StartsWith("lxc.net.", StringComparison.Ordinal) ? string.Join('\n', items)
            : string.Concat(items.Select(item => item + "\n"));
    }

    // LXC answers for these families; of all interfaces it tells the types.
    private static string? FamilyOf(ContainerConfig config, string name)
    {
        if (name is not ("lxc.net" or "lxc.cgroup" or "lxc.cgroup2" or "lxc.sysctl" or "lxc.prlimit" or "lxc.proc"))
        {
            return null;
        }

        IEnumerable<ConfigEntry> members = config.Entries.Where(entry => ConfigKeyTable.Clears(name, entry.Key));
        string text = name == "lxc.net"
            ? string.Concat(members.Where(entry => entry.Key.EndsWith(".type", StringComparison.Ordinal))
                .OrderBy(entry => int.Parse(entry.Key.Split('.')[2], CultureInfo.InvariantCulture)).Select(entry => entry.Value + "\n"))
            : string.Concat(members.Select(entry => $"{entry.Key} = {entry.Value}\n"));
        return text.Length == 0 ? null : text;
    }

    private static string ScalarOf(ConfigKey key, string value)
    {
        switch (key.Kind)
        {
            case ConfigValueKind.Signal when Signals.TryParse(value, out int signal):
                return signal.ToString(CultureInfo.InvariantCulture);
            case ConfigValueKind.BufferSize when value == "auto":
                return AutomaticBuffer;
            case ConfigValueKind.Size or ConfigValueKind.BufferSize when Sizes.TryParse(value, out long size):
                return size.ToString(CultureInfo.InvariantCulture);
            case ConfigValueKind.Flag or ConfigValueKind.Number or ConfigValueKind.Count when ConfigNumber.TryParse(value, out ulong number):
                return number.ToString(CultureInfo.InvariantCulture);
            default:
                return key.Name == "lxc.rootfs.path" && value.StartsWith("dir:", StringComparison.Ordinal) ? value[4..] : value;
        }
    }

    // 128 KiB.
    private const string AutomaticBuffer = "131072";
}
