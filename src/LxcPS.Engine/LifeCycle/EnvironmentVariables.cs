using System.Collections;
using LxcPS.Engine.Configuration;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Environments of programs as lists of NAME=value, and the variables that a configuration gives to init and to hooks.</summary>
public static class EnvironmentVariables
{
    /// <summary>Where programs are looked for when nobody says where.</summary>
    internal const string DefaultSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>The same as a variable.</summary>
    internal const string DefaultPath = "PATH=" + DefaultSearchPath;

    /// <summary>Those of this process.</summary>
    public static List<string> Own()
    {
        List<string> all = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            all.Add($"{variable.Key}={variable.Value}");
        }

        return all;
    }

    /// <summary>Puts a variable, NAME=value, in the place of an older one of its name.</summary>
    internal static void Set(List<string> environment, string variable)
    {
        string name = variable[..(variable.IndexOf('=') + 1)];
        environment.RemoveAll(old => old.StartsWith(name, StringComparison.Ordinal));
        environment.Add(variable);
    }

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
                    Set(environment, entry);
                }
            }
        }
    }
}
