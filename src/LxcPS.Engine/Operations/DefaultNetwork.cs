using LxcPS.Engine.Configuration;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>The network of a new container: what lxc.default_config, mostly /etc/lxc/default.conf, gives to LXC's, where the host can serve it.</summary>
internal static class DefaultNetwork
{
    private const string HostConfig = "/etc/lxc/default.conf";

    /// <summary>Adds the keys, or an empty network where there is no default or its bridge is missing.</summary>
    internal static void AddTo(ContainerConfig config, Action<string> verbose)
    {
        List<ConfigEntry> entries = [];
        // A user's own file stands for the host's, where he has one.
        string? configured = SystemSettings.Read().Get(SystemSettings.DefaultConfig);
        string file = configured is not null && (File.Exists(configured) || Processes.EffectiveUserId == 0) ? configured : HostConfig;
        if (File.Exists(file))
        {
            entries.AddRange(ContainerConfig.Load(file, out _).WithPrefix("lxc.net."));
        }

        foreach (ConfigEntry entry in entries)
        {
            if (entry.Key.EndsWith(".link", StringComparison.Ordinal) && !Directory.Exists("/sys/class/net/" + entry.Value))
            {
                verbose($"{file} names the bridge {entry.Value}, which this host does not have: the container gets a network without interfaces");
                entries.Clear();
                break;
            }

            if (Processes.EffectiveUserId != 0 && entry.Key.EndsWith(".link", StringComparison.Ordinal)
                && (UserNetwork.Program is null || !UserNetwork.IsGranted(entry.Value)))
            {
                verbose($"The caller is granted no interface on the bridge {entry.Value}, see lxc-user-nic(1): the container gets a network without interfaces");
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
