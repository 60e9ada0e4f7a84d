using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>
/// Goes through a tree of cgroups, the deepest first. A container can nest its cgroups deeper than a path may be long, so the way is
/// walked by descriptors, one open at a time, and without recursion.
/// </summary>
internal static class CgroupWalk
{
    /// <summary>Calls an action with a descriptor of the top and of each cgroup below it.</summary>
    internal static void Visit(string top, Action<int> action) => Walk(top, action);

    /// <summary>Removes each cgroup below the top that is not in use.</summary>
    internal static void RemoveBelow(string top) => Walk(top, null);

    private static void Walk(string top, Action<int>? action)
    {
        int current = OpenChild(Descriptors.CurrentDirectory, top);
        if (current < 0)
        {
            return;
        }

        Stack<(string Name, Queue<string> Siblings)> above = new();
        try
        {
            Queue<string> children = ChildrenOf(current, action is null);
            while (true)
            {
                if (children.TryDequeue(out string? child))
                {
                    int next = OpenChild(current, child);
                    if (next >= 0)
                    {
                        above.Push((child, children));
                        Descriptors.Close(current);
                        current = next;
                        children = ChildrenOf(current, action is null);
                    }

                    continue;
                }

                action?.Invoke(current);
                if (!above.TryPop(out (string Name, Queue<string> Siblings) parent))
                {
                    return;
                }

                int up = OpenChild(current, "..");
                if (up < 0)
                {
                    // Removed by somebody else, and no way leads out of it.
                    return;
                }

                Descriptors.Close(current);
                current = up;
                children = parent.Siblings;
                if (action is null)
                {
                    CgroupTree.TryRemove(current, parent.Name);
                }
            }
        }
        finally
        {
            Descriptors.Close(current);
        }
    }

    // Leaves go at once when the tree is being removed; only what is in use is gone down into.
    private static Queue<string> ChildrenOf(int directory, bool remove)
    {
        Queue<string> children = new();
        string[] paths;
        try
        {
            paths = Directory.GetDirectories($"/proc/self/fd/{directory}");
        }
        catch (DirectoryNotFoundException)
        {
            return children;
        }

        foreach (string path in paths)
        {
            string name = Path.GetFileName(path);
            if (!remove || !CgroupTree.TryRemove(directory, name))
            {
                children.Enqueue(name);
            }
        }

        return children;
    }

    private static int OpenChild(int directory, string name)
    {
        try
        {
            return Descriptors.OpenAt(directory, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        }
        catch (LinuxException e) when (e.Number == Errno.ENOENT)
        {
            return -1;
        }
    }
}
