using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>What cgroup files hold, and waiting for what they will.</summary>
internal static class CgroupFile
{
    /// <summary>The value of a line <c>key value</c> of a flat-keyed file such as cgroup.events; null where the key is missing.</summary>
    internal static string? ValueOf(string text, string key)
    {
        foreach (string line in text.Split('\n'))
        {
            if (line.Length > key.Length && line[key.Length] == ' ' && line.StartsWith(key, StringComparison.Ordinal))
            {
                return line[(key.Length + 1)..];
            }
        }

        return null;
    }

    /// <summary>Waits; there is one thread, and nothing else to do for it.</summary>
    internal static void Pause(int milliseconds) => Polling.Wait(-1, Readiness.None, milliseconds);
}
