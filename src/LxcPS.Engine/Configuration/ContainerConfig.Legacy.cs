using System.Globalization;

namespace LxcPS.Engine.Configuration;

public sealed partial class ContainerConfig
{
    private const string LegacyRootfs = "lxc.rootfs";
    private const string LegacyBackend = "lxc.rootfs.backend";
    private const string LegacyMount = "lxc.mount";
    private const string LegacyNetworkType = "lxc.network.type";

    /// <summary>
    /// Gives keys of LXC 1 and 2 the names that they have today, in this file's own lines; comments, order and values stay. Lines of keys
    /// without a successor go. Interfaces without a number are numbered in their order, each <c>lxc.network.type</c> beginning one, as
    /// lxc-update-config(1) does it, but past numbers that the file has.
    /// </summary>
    /// <returns>The lines that are changed, in order.</returns>
    public IReadOnlyList<ConfigLineChange> UpdateLegacy()
    {
        List<ConfigLineChange> changes = [];
        HashSet<int> taken = NetworkNumbers();
        int last = FindLast(LegacyBackend, static line => line.Value.Length > 0);
        string? backend = last < 0 ? null : lines[last].Value;
        int network = -1;
        List<ConfigLine> gone = [];
        for (int i = 0; i < lines.Count; i++)
        {
            ConfigLine line = lines[i];
            if (line.Key is not { } key || !IsLegacy(key, line.Value, out string? now))
            {
                continue;
            }

            string old = line.Text;
            if (now is null)
            {
                gone.Add(line);
                changes.Add(new ConfigLineChange(i + 1, old, null));
                continue;
            }

            if (now.Contains("[i]", StringComparison.Ordinal))
            {
                if (key == LegacyNetworkType || network < 0)
                {
                    network = NextNumber(network, taken);
                }

                now = now.Replace("[i]", network.ToString(CultureInfo.InvariantCulture));
            }

            line.Rename(now);
            if (key == LegacyRootfs && backend is not null && line.Value.Length > 0 && !line.Value.StartsWith(backend + ":", StringComparison.Ordinal))
            {
                line.Replace($"{backend}:{line.Value}");
            }

            changes.Add(new ConfigLineChange(i + 1, old, line.Text));
        }

        lines.RemoveAll(gone.Contains);
        entries = null;
        return changes;
    }

    // The backend is a key of its own there, and a part of the path today. lxc.mount with a value was the file that lxc.mount.fstab names.
    private static bool IsLegacy(string key, string value, out string? now)
    {
        if (key == LegacyMount && value.Length > 0)
        {
            now = "lxc.mount.fstab";
            return true;
        }

        bool legacy = ConfigKeyTable.TryFindLegacy(key, out now);
        now = key == LegacyBackend ? null : now;
        return legacy;
    }

    private static int NextNumber(int number, HashSet<int> taken)
    {
        do
        {
            number++;
        }
        while (taken.Contains(number));

        return number;
    }

    private HashSet<int> NetworkNumbers()
    {
        HashSet<int> numbers = [];
        foreach (ConfigLine line in lines)
        {
            string[] parts = line.Key?.Split('.') ?? [];
            if (parts.Length > 2 && parts[1] is "net" or "network" && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                numbers.Add(number);
            }
        }

        return numbers;
    }
}
