using LxcPS.Engine.Configuration;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Operations;

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

    /// <summary>Refuses changes that no configuration can take, before the first file is touched.</summary>
    /// <exception cref="LxcException">ConfigUnknownKey, or ConfigInvalidValue: a value that the key cannot have, or several where it has one.</exception>
    public static void Require(IReadOnlyList<ConfigChange> changes)
    {
        foreach (ConfigChange change in changes)
        {
            // What is wrong in a file must be removable.
            if (change.Kind == ConfigChangeKind.Remove)
            {
                continue;
            }

            foreach (string value in change.Values.DefaultIfEmpty(string.Empty))
            {
                if (ConfigReader.Check(change.Key, value, string.Empty, 0) is { } problem)
                {
                    throw problem.Error;
                }
            }

            ConfigKey key = ConfigKeyTable.Find(change.Key)!;
            if (!key.IsList && (change.Values.Count > 1 || change.Kind == ConfigChangeKind.Add))
            {
                throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The key {change.Key} has one value, and none can be added to it")
                {
                    ConfigKey = change.Key,
                    Advice = "Set the key to the one value that it is to have, with Set-LxcConfig.",
                };
            }
        }
    }

    /// <summary>Applies changes to a configuration in memory.</summary>
    /// <exception cref="LxcException">ConfigUnknownKey or ConfigInvalidValue.</exception>
    public static void Apply(ContainerConfig config, IReadOnlyList<ConfigChange> changes)
    {
        foreach (ConfigChange change in changes)
        {
            switch (change.Kind)
            {
                case ConfigChangeKind.Set when change.Values.Count == 0:
                    config.Remove(change.Key);
                    break;
                case ConfigChangeKind.Set:
                    config.Set(change.Key, change.Values[0]);
                    Add(config, change.Key, change.Values.Skip(1));
                    break;
                case ConfigChangeKind.Add:
                    Add(config, change.Key, change.Values);
                    break;
                default:
                    Remove(config, change);
                    break;
            }
        }
    }

    private static void Add(ContainerConfig config, string key, IEnumerable<string> values)
    {
        foreach (string value in values)
        {
            config.Add(key, value);
        }
    }

    private static void Remove(ContainerConfig config, ConfigChange change)
    {
        bool had = false;
        foreach (string value in change.Values)
        {
            had |= config.Remove(change.Key, value);
        }

        had |= change.Values.Count == 0 && config.Remove(change.Key);

        // What is not there is as it should be, unless it is a slip of the pen.
        if (!had && ConfigKeyTable.Find(change.Key) is null && ConfigReader.Check(change.Key, string.Empty, config.Path, 0) is { } problem)
        {
            throw problem.Error;
        }
    }
}
