using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>
/// Hides from a container what others cannot read in a directory of the host that an overlay shows: a whiteout (a character device 0:0)
/// in the upper layer for each. With mapped ids the container's root counts as the owner of root's files, so modes alone would not hide them.
/// </summary>
internal sealed class UnreadableFilter
{
    private const uint Whiteout = 0x2000; // S_IFCHR
    private readonly string lower;
    private readonly string upper;
    private readonly CancellationToken cancellation;
    private readonly HashSet<string> made = new(StringComparer.Ordinal);

    /// <summary>Prepares for an overlay.</summary>
    /// <param name="lower">The directory of the host.</param>
    /// <param name="upper">The upper layer, a directory that exists.</param>
    /// <param name="cancellation">Ends the walk.</param>
    internal UnreadableFilter(string lower, string upper, CancellationToken cancellation)
    {
        (this.lower, this.upper, this.cancellation) = (lower, upper, cancellation);
    }

    /// <summary>
    /// The parts below which names and content tell a secret as well, e.g. <c>local/</c>: what people put there, not packages. All of the
    /// directory where it is not set.
    /// </summary>
    internal IReadOnlyList<string> OthersParts { get; init; } = [string.Empty];

    /// <summary>The hidden paths, below the lower directory.</summary>
    internal List<string> Hidden { get; } = [];

    /// <summary>Walks the lower directory; all in it is hidden where it is closed itself.</summary>
    internal void Hide()
    {
        // A link leads the overlay where it leads us.
        if (Walk(Descriptors.Open(lower, OpenFlags.Directory), string.Empty))
        {
            return;
        }

        int directory = Descriptors.Open(lower, OpenFlags.Directory);
        try
        {
            foreach (DirectoryEntry entry in DirectoryTree.Read(directory, lower))
            {
                Cover(entry.Name);
            }
        }
        finally
        {
            Descriptors.Close(directory);
        }
    }

    // False when the directory itself must not be seen. Takes the descriptor.
    private bool Walk(int directory, string path)
    {
        try
        {
            cancellation.ThrowIfCancellationRequested();
            if ((FileTree.Status(directory, string.Empty).Mode & 0x5) != 0x5)
            {
                return false;
            }

            foreach (DirectoryEntry entry in DirectoryTree.Read(directory, path))
            {
                string below = path.Length == 0 ? entry.Name : $"{path}/{entry.Name}";
                if (entry.Name.Contains('\uFFFD'))
                {
                    // A name that is not UTF-8 cannot be written into a whiteout: its directory goes with it.
                    return false;
                }

                if (entry.Type != DirectoryTree.TypeSymbolicLink && !IsVisible(directory, entry, below))
                {
                    Cover(below);
                }
            }

            return true;
        }
        finally
        {
            Descriptors.Close(directory);
        }
    }

    private bool IsVisible(int directory, DirectoryEntry entry, string path)
    {
        if (!FileTree.TryStatus(directory, entry.Name, false, out FileStatus status))
        {
            return false;
        }

        if (status.IsSymbolicLink)
        {
            return true;
        }

        if (status.IsDirectory)
        {
            return !(IsOthers(path) && HostSecrets.IsSecretDirectory(entry.Name))
                && Walk(Descriptors.OpenAt(directory, entry.Name, OpenFlags.Directory | OpenFlags.NoFollow), path);
        }

        if (!IsOthers(path))
        {
            // A program that others can execute and not read is none to hide: sudo is one on some systems.
            return status.IsRegular && (status.Mode & 0x5) != 0;
        }

        return status.IsRegular && (status.Mode & 0x4) != 0 && !HostSecrets.IsSecretName(entry.Name)
            && !(entry.Name.EndsWith(".pem", StringComparison.OrdinalIgnoreCase) && HoldsPrivateKey(directory, entry.Name));
    }

    private bool IsOthers(string path)
    {
        foreach (string part in OthersParts)
        {
            if (path.StartsWith(part, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HoldsPrivateKey(int directory, string name)
    {
        try
        {
            return HostSecrets.HasPrivateKey(System.Text.Encoding.Latin1.GetBytes(Descriptors.ReadTextAt(directory, name)));
        }
        catch (LinuxException)
        {
            return true;
        }
    }

    private void Cover(string path)
    {
        Hidden.Add(path);
        int slash = path.LastIndexOf('/');
        if (slash > 0)
        {
            MakeUpper(path[..slash]);
        }

        FileTree.MakeNode(Descriptors.CurrentDirectory, Path.Combine(upper, path), Whiteout, 0);
    }

    // A directory of the upper layer shows its own owner and mode in the merged tree, so it takes those of the lower one.
    private void MakeUpper(string path)
    {
        if (!made.Add(path))
        {
            return;
        }

        int slash = path.LastIndexOf('/');
        if (slash > 0)
        {
            MakeUpper(path[..slash]);
        }

        FileTree.MakeDirectory(Descriptors.CurrentDirectory, Path.Combine(upper, path), RootfsWriter.Private);
        OverlayLayers.CopyAttributes(Path.Combine(lower, path), Path.Combine(upper, path));
    }
}
