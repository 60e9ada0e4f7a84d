using LxcPS.Engine.Configuration;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Reads the id maps of a process's user namespace; see user_namespaces(7).</summary>
internal static class IdMapReader
{
    /// <summary>The maps, as the caller's user namespace sees them.</summary>
    /// <param name="directory">The process in proc(5): <c>/proc/PID</c>.</param>
    /// <exception cref="LinuxException">There is none.</exception>
    internal static List<IdMapEntry> Read(string directory)
    {
        List<IdMapEntry> maps = [];
        foreach (char kind in "ug")
        {
            foreach (string line in Descriptors.ReadText($"{directory}/{kind}id_map").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                maps.Add(IdMapEntry.Parse($"{kind} {line}"));
            }
        }

        return maps;
    }
}
