using LxcPS.Engine.Configuration;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Variables that a configuration gives to init and to hooks.</summary>
internal static class EnvironmentVariables
{
    /// <summary>Adds the variables of keys, in the place of older ones of their names: NAME=value, or NAME to take over the caller's value if it has one.</summary>
    internal static void Add(List<string> environment, ContainerConfig config, ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            foreach (string value in config.GetAll(key))
            {
                string? entry = value.Contains('=') ? value
                    : Environment.GetEnvironmentVariable(value) is { } inherited ? $"{value}={inherited}" : null;
                if (entry is not null)
                {
                    environment.RemoveAll(old => old.StartsWith(entry[..(entry.IndexOf('=') + 1)], StringComparison.Ordinal));
                    environment.Add(entry);
                }
            }
        }
    }
}
