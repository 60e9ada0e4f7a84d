using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>What a -Name parameter stands for.</summary>
internal static class ContainerNames
{
    /// <summary>
    /// The containers that a name or pattern means. A plain name without a container is an error; a pattern that matches none is not.
    /// Names differ by case on Linux: a pattern matches exactly where that finds something, and regardless of case otherwise.
    /// </summary>
    internal static IReadOnlyList<string> Matching(ContainerStore store, string pattern, LxcCmdlet cmdlet)
    {
        // A container may bear a name that looks like a pattern.
        if (WildcardPattern.ContainsWildcardCharacters(pattern) && !IsExisting(store, pattern))
        {
            IReadOnlyList<string> names = [];
            if (!cmdlet.Try(pattern, () => names = store.Names()))
            {
                return [];
            }

            List<string> found = Filter(names, new WildcardPattern(pattern, WildcardOptions.None));
            return found.Count > 0 ? found : Filter(names, new WildcardPattern(pattern, WildcardOptions.IgnoreCase));
        }

        return cmdlet.Try(pattern, () => ContainerCmdlet.Require(store, pattern)) ? [pattern] : [];
    }

    private static bool IsExisting(ContainerStore store, string name) =>
        !name.Contains('/') && !name.Contains('\0') && store.Exists(name);

    private static List<string> Filter(IReadOnlyList<string> names, WildcardPattern pattern)
    {
        List<string> found = [];
        foreach (string name in names)
        {
            if (pattern.IsMatch(name))
            {
                found.Add(name);
            }
        }

        return found;
    }
}
