namespace LxcPS.Engine.Templates;

/// <summary>Whether a directory looks like a root file system.</summary>
internal static class RootfsCheck
{
    private static readonly string[] Marks = ["bin", "usr", "sbin", "etc", "lib", "nix"];

    /// <summary>Whether it has at least one directory or link that every system has.</summary>
    internal static bool LooksLikeRoot(string directory)
    {
        foreach (string mark in Marks)
        {
            // A link counts even where it dangles: seen from here an absolute one points into the host.
            string path = Path.Combine(directory, mark);
            if (Directory.Exists(path) || new FileInfo(path).LinkTarget is not null)
            {
                return true;
            }
        }

        return false;
    }
}
