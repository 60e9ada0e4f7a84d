namespace LxcPS.Engine.Confinement;

/// <summary>
/// Patterns for all paths below a directory except some. A profile cannot say "all but": a deny rule always wins over one that allows, so
/// what is left writable below /proc/sys has to be spared by every pattern that denies. See apparmor.d(5), "Globbing".
/// </summary>
internal static class PathComplement
{
    private const string Below = "{,/**}";

    /// <summary>Patterns that match every path below a directory but the spared ones and what is below them.</summary>
    /// <param name="directory">An absolute path that ends with a slash.</param>
    /// <param name="spared">Paths below it; a star at the end spares all names that begin so.</param>
    internal static List<string> Of(string directory, IEnumerable<string> spared)
    {
        List<string> patterns = [];
        AddDirectory(patterns, directory, [.. spared]);
        return patterns;
    }

    /// <summary>Patterns that match every name but the spared ones: the types of file systems in mount rules.</summary>
    internal static List<string> OfNames(IEnumerable<string> spared)
    {
        Node root = new();
        foreach (string name in spared)
        {
            root.Add(name.TrimEnd('*'), isPrefix: name.EndsWith('*'));
        }

        List<string> patterns = [];
        AddNames(patterns, string.Empty, root, string.Empty);
        return patterns;
    }

    private static void AddDirectory(List<string> patterns, string directory, List<string> spared)
    {
        Node root = new();
        SortedDictionary<string, List<string>> deeper = [];
        foreach (string path in spared)
        {
            int slash = path.IndexOf('/');
            string name = slash < 0 ? path : path[..slash];
            root.Add(name.TrimEnd('*'), isPrefix: name.EndsWith('*'));
            if (slash >= 0)
            {
                if (!deeper.TryGetValue(name, out List<string>? below))
                {
                    deeper[name] = below = [];
                }

                below.Add(path[(slash + 1)..]);
            }
        }

        AddNames(patterns, directory, root, Below);
        foreach ((string name, List<string> below) in deeper)
        {
            AddDirectory(patterns, $"{directory}{name}/", below);
        }
    }

    // Every name differs from the spared ones at some character: a pattern for each place where it can.
    private static void AddNames(List<string> patterns, string begun, Node node, string suffix)
    {
        if (node.IsPrefix)
        {
            return;
        }

        bool isStart = begun.Length == 0 || begun[^1] == '/';
        if (!isStart && !node.IsName)
        {
            patterns.Add(begun + suffix);
        }

        string next = string.Concat(node.Children.Keys);
        patterns.Add(next.Length > 0 ? $"{begun}[^{next}/]*{suffix}" : $"{begun}?*{suffix}");
        foreach ((char c, Node child) in node.Children)
        {
            AddNames(patterns, begun + c, child, suffix);
        }
    }

    private sealed class Node
    {
        internal SortedDictionary<char, Node> Children { get; } = [];

        internal bool IsName { get; private set; }

        internal bool IsPrefix { get; private set; }

        internal void Add(string name, bool isPrefix)
        {
            Node node = this;
            foreach (char c in name)
            {
                if (!node.Children.TryGetValue(c, out Node? child))
                {
                    node.Children[c] = child = new Node();
                }

                node = child;
            }

            node.IsName |= !isPrefix;
            node.IsPrefix |= isPrefix;
        }
    }
}
