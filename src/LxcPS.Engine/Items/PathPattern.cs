using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>What paths with wildcards mean inside a root: as bytes, for what is found need not be UTF-8.</summary>
internal static class PathPattern
{
    /// <summary>The most that one pattern may mean.</summary>
    private const int MaximumMatches = 100_000;

    /// <summary>The paths that a pattern means, in the order of their bytes; a path without wildcards is itself, whether it exists or not.</summary>
    /// <param name="root">The root that it is resolved in.</param>
    /// <param name="pattern">A path; from the root on.</param>
    /// <param name="hidden">Whether a wildcard at the beginning of a name means those with a dot there as well.</param>
    /// <exception cref="LxcException">ItemInvalid: it means too much.</exception>
    /// <exception cref="LinuxException">A directory cannot be read.</exception>
    internal static IReadOnlyList<byte[]> Expand(int root, string pattern, bool hidden)
    {
        List<byte[]> found = [[]];
        bool isPattern = false;
        foreach (string component in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            NamePattern name = NamePattern.Parse(component);
            isPattern |= name.IsPattern;
            List<byte[]> next = [];
            foreach (byte[] above in found)
            {
                if (name.IsPattern)
                {
                    AddMatches(root, above, name, hidden, next);
                }
                else
                {
                    next.Add([.. above, (byte)'/', .. Encoding.UTF8.GetBytes(name.Literal)]);
                }

                if (next.Count > MaximumMatches)
                {
                    throw new LxcException(LxcErrorId.ItemInvalid, $"The pattern '{DisplayText.Of(pattern)}' means more than {MaximumMatches} names")
                    {
                        Path = pattern,
                        Step = "copy",
                        Advice = "Copy the directory with -Recurse.",
                    };
                }
            }

            found = next;
        }

        return isPattern ? found.FindAll(path => Exists(root, path)) : found;
    }

    private static void AddMatches(int root, byte[] above, NamePattern pattern, bool hidden, List<byte[]> matches)
    {
        int directory = TryOpen(root, above, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NonBlocking);
        if (directory < 0)
        {
            return;
        }

        try
        {
            List<byte[]> names = [];
            DirectoryReader reader = new(directory, RawNames.Show(above));
            while (names.Count <= MaximumMatches && reader.Next())
            {
                if (pattern.IsMatch(reader.NameBytes, hidden))
                {
                    names.Add([.. above, (byte)'/', .. reader.NameBytes]);
                }
            }

            names.Sort((one, other) => one.AsSpan().SequenceCompareTo(other));
            matches.AddRange(names);
        }
        finally
        {
            Descriptors.Close(directory);
        }
    }

    private static bool Exists(int root, byte[] path)
    {
        int fd = TryOpen(root, path, OpenFlags.Path);
        Descriptors.Close(fd);
        return fd >= 0;
    }

    // -1 where there is none. The root itself is the empty path.
    private static int TryOpen(int root, byte[] path, int flags)
    {
        try
        {
            return RawNames.OpenInRoot(root, path.Length == 0 ? "."u8 : path, flags);
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
        {
            return -1;
        }
    }
}
