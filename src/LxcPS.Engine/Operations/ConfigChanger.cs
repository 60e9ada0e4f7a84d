using LxcPS.Engine.Configuration;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Operations;

/// <summary>A change of a configuration key: its values instead of those it has; none removes the key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Values">The values, a line each.</param>
public sealed record ConfigChange(string Key, IReadOnlyList<string> Values);

/// <summary>Changes configuration files under the container's lock, all changes or none.</summary>
public static class ConfigChanger
{
    /// <summary>How long another writer may hold the container.</summary>
    internal static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Applies changes to a container's configuration.</summary>
    /// <exception cref="LxcException">ConfigUnknownKey, ConfigInvalidValue, ContainerBusy, StorageFull or another error of the file.</exception>
    public static void Apply(ContainerStore store, string name, IReadOnlyList<ConfigChange> changes)
    {
        using ContainerLock held = store.Lock(name, LockTimeout);
        ContainerConfig config = store.LoadConfig(name);
        Apply(config, changes);
        config.Save();
    }

    /// <summary>Applies changes to a configuration in memory.</summary>
    internal static void Apply(ContainerConfig config, IReadOnlyList<ConfigChange> changes)
    {
        foreach (ConfigChange change in changes)
        {
            if (change.Values.Count == 1)
            {
                config.Set(change.Key, change.Values[0]);
                continue;
            }

            config.Remove(change.Key);
            foreach (string value in change.Values)
            {
                config.Add(change.Key, value);
            }
        }
    }
}
