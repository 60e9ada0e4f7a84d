using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Store;

/// <summary>
/// Directories that are on their way in or out: their names begin with a dot, so neither LXC nor we list them, and who works on one holds
/// its flock(2). One without is what a killed session left.
/// </summary>
internal static class HiddenDirectory
{
    private const int Digits = 8;

    // So that the whole fits into a component of a path.
    private const int MaximumName = 200;

    /// <summary>A new name for a container's directory that is being made.</summary>
    internal static string CreatingName(string name) => Name(name, ".creating-");

    /// <summary>A new name for a container's directory that is being removed.</summary>
    internal static string RemovingName(string name) => Name(name, ".removing-");

    /// <summary>Removes a container's directory: out of sight at once, then name by name.</summary>
    /// <param name="parent">The open directory of containers.</param>
    /// <param name="lxcPath">Its path, for messages.</param>
    /// <param name="name">The container.</param>
    /// <param name="cancel">Stops the removal; what is left is out of sight and goes with the next change in that directory.</param>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal static void Remove(int parent, string lxcPath, string name, CancellationToken cancel)
    {
        int fd = Descriptors.OpenAt(parent, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        try
        {
            // Another who removes leftovers holds it for a moment at most, or is welcome to the work.
            FileLocks.TryLockDirectory(fd, name);
            string hidden = RemovingName(name);
            FileTree.Rename(parent, name, parent, hidden);
            TreeRemoval.Remove(parent, hidden, $"{lxcPath}/{hidden}", cancel);
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    /// <summary>Removes what killed sessions left.</summary>
    internal static void Sweep(int parent, string lxcPath, CancellationToken cancel)
    {
        List<string> leftovers = [];
        DirectoryReader reader = new(parent, lxcPath);
        reader.Rewind();
        while (reader.Next())
        {
            if (reader.NameBytes[0] == '.' && reader.Name is { } name && IsHidden(name))
            {
                leftovers.Add(name);
            }
        }

        foreach (string name in leftovers)
        {
            int fd = -1;
            try
            {
                fd = Descriptors.OpenAt(parent, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
                if (FileLocks.TryLockDirectory(fd, name))
                {
                    TreeRemoval.Remove(parent, name, $"{lxcPath}/{name}", cancel);
                }
            }
            catch (LinuxException)
            {
                // Another session was faster, or something is mounted in it: it stays hidden, and what we were called for can go on.
            }
            finally
            {
                Descriptors.Close(fd);
            }
        }
    }

    private static bool IsHidden(string name)
    {
        int mark = name.Length - Digits - ".creating-".Length;
        if (mark < 1 || (!name.AsSpan(mark).StartsWith(".creating-") && !name.AsSpan(mark).StartsWith(".removing-")))
        {
            return false;
        }

        for (int i = name.Length - Digits; i < name.Length; i++)
        {
            if (!char.IsAsciiHexDigitLower(name[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static string Name(string name, string mark) =>
        $".{(Encoding.UTF8.GetByteCount(name) <= MaximumName ? name : "container")}{mark}{Guid.NewGuid().ToString("n")[..Digits]}";
}
