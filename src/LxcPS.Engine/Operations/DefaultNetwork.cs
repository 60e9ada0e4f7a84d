using LxcPS.Engine.Configuration;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>The network of a new container: what /etc/lxc/default.conf gives to LXC's, where the host can serve it.</summary>
internal static class DefaultNetwork
{
    private const string DefaultConfig = "/etc/lxc/default.conf";

    /// <summary>Adds the keys, or an empty network where there is no default or its bridge is missing.</summary>
    internal static void AddTo(ContainerConfig config, Action<string> verbose)
    {
        List<ConfigEntry> entries = [];
        if (Processes.EffectiveUserId != 0)
        {
            verbose("Only root can make network interfaces: the container gets a network without");
        }
        else if (File.Exists(DefaultConfig))
        {
            entries.AddRange(ContainerConfig.Load(DefaultConfig, out _).WithPrefix("lxc.net."));
        }

        foreach (ConfigEntry entry in entries)
        {
            if (entry.Key.EndsWith(".link", StringComparison.Ordinal) && !Directory.Exists("/sys/class/net/" + entry.Value))
            {
                verbose($"{DefaultConfig} names the bridge {entry.Value}, which this host does not have: the container gets a network without interfaces");
                entries.Clear();
                break;
            }
        }

        if (entries.Count == 0)
        {
            config.Add("lxc.net.0.type", "empty");
            return;
        }

        foreach (ConfigEntry entry in entries)
        {
            config.Add(entry.Key, entry.Value);
        }
    }
}
