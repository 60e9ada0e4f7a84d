using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>Whether a directory looks like a root file system.</summary>
internal static class RootfsCheck
{
    private static readonly string[] Marks = ["bin", "usr", "sbin", "etc", "lib", "nix"];

    /// <summary>Whether it has at least one directory or link that every system has.</summary>
    internal static bool LooksLikeRoot(string directory)
    {
        // A link counts even where it dangles: seen from here an absolute one points into the host.
        return Marks.Any(mark => FileTree.TryStatus(Descriptors.CurrentDirectory, $"{directory}/{mark}", false, out FileStatus status) && (status.IsDirectory || status.IsSymbolicLink));
    }
}
