namespace LxcPS.Engine.Templates;

/// <summary>Where in an archive the root file system is.</summary>
/// <param name="Prefix">The directory of the root in the archive as the archive spells it, with a slash at the end; empty or <c>./</c> for the top.</param>
/// <param name="Strip">How many components of a name to strip.</param>
/// <param name="IsImage">Whether it is an image of LXC's kind, with a metadata.yaml beside the root.</param>
internal readonly record struct ArchiveLayout(string Prefix, int Strip, bool IsImage = false)
{
    /// <summary>
    /// Judges by the first names of the archive. An image of LXC's kind has a metadata.yaml and the directories rootfs and templates; others
    /// have the root's own directories, or all of them below rootfs.
    /// </summary>
    /// <param name="listing">The output of <c>tar --list</c>; its last line may be cut.</param>
    internal static ArchiveLayout Of(string listing)
    {
        bool dotted = false;
        bool image = false;
        bool below = true;
        bool any = false;
        foreach (string line in listing.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            bool dot = line.StartsWith("./", StringComparison.Ordinal);
            string name = dot ? line[2..] : line;
            dotted |= dot;
            if (name.Length == 0)
            {
                continue;
            }

            any = true;
            image |= name == "metadata.yaml";
            below &= "rootfs/".StartsWith(name, StringComparison.Ordinal) || name.StartsWith("rootfs/", StringComparison.Ordinal);
        }

        string top = dotted ? "./" : string.Empty;
        return any && (image || below) ? new(top + "rootfs/", dotted ? 2 : 1, image) : new(top, 0);
    }
}
