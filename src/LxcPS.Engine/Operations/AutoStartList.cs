using LxcPS.Engine.Configuration;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Operations;

/// <summary>Which containers are started with the host, and in which order, as lxc-autostart(1) has it.</summary>
public static class AutoStartList
{
    /// <summary>The containers with <c>lxc.start.auto = 1</c>, in the order of their start.</summary>
    /// <param name="store">The directory of containers.</param>
    /// <param name="groups">
    /// The groups, in the order that they are started in; an empty text is the containers that are in none. Null is whatever group.
    /// </param>
    /// <param name="unreadable">Gets each container whose configuration cannot be read, and why; it is left out.</param>
    /// <exception cref="LxcException">The directory cannot be read.</exception>
    public static IReadOnlyList<AutoStartEntry> Read(ContainerStore store, IReadOnlyList<string>? groups, Action<string, LxcException> unreadable)
    {
        List<AutoStartEntry> marked = [];
        foreach (string name in store.Names())
        {
            try
            {
                ContainerConfig config = store.LoadConfig(name);
                if (AutoStartEntry.IsMarked(config))
                {
                    marked.Add(AutoStartEntry.Of(name, config));
                }
            }
            catch (LxcException e)
            {
                unreadable(name, e);
            }
        }

        return Select(marked, groups);
    }

    /// <summary>Those of the groups, sorted within each: by number, then by name. One that is in several comes with the first of them.</summary>
    internal static IReadOnlyList<AutoStartEntry> Select(IEnumerable<AutoStartEntry> marked, IReadOnlyList<string>? groups)
    {
        List<AutoStartEntry> sorted = [.. marked.OrderBy(entry => entry.Order).ThenBy(entry => entry.Name, StringComparer.Ordinal)];
        return groups is null ? sorted : [.. groups.SelectMany(group => sorted.Where(entry => IsIn(entry, group))).Distinct()];
    }

    private static bool IsIn(AutoStartEntry entry, string group) => group.Length == 0 ? entry.Groups.Count == 0 : entry.Groups.Contains(group);
}
