using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>The directories of an overlay that take the container's writes.</summary>
internal static class OverlayLayers
{
    /// <summary>
    /// Makes the upper layer and the work directory side by side. The upper one gets the lower one's owner, mode and times, because the
    /// merged directory shows the upper one's.
    /// </summary>
    /// <param name="lower">The directory that the overlay shows.</param>
    /// <param name="parent">The directory that holds both; made if need be, and open to its owner alone.</param>
    /// <param name="upper">The name of the upper layer.</param>
    /// <param name="work">The name of the work directory.</param>
    internal static void Make(string lower, string parent, string upper, string work)
    {
        // What the container's root makes setuid is setuid root's on the host's disk as well: no user of the host may reach it.
        MakePrivate(parent);
        int directory = Descriptors.Open(parent, OpenFlags.Directory | OpenFlags.NoFollow);
        try
        {
            FileTree.MakeDirectory(directory, work, 0x1C0);
            FileTree.MakeDirectory(directory, upper, 0x1C0);
            CopyAttributes(lower, $"{parent}/{upper}");
        }
        finally
        {
            Descriptors.Close(directory);
        }
    }

    /// <summary>Gives a directory the owner, mode and times of another.</summary>
    internal static void CopyAttributes(string source, string target)
    {
        int from = Descriptors.Open(source, OpenFlags.Directory);
        int to = -1;
        try
        {
            to = Descriptors.Open(target, OpenFlags.Directory | OpenFlags.NoFollow);
            FileStatus status = FileTree.Status(from, string.Empty);
            if (Processes.EffectiveUserId == 0)
            {
                FileTree.ChangeOwner(to, string.Empty, status.UserId, status.GroupId);
            }

            FileTree.ChangeMode(to, status.Mode & 0xFFF, target);
            DirectoryTree.CopyTimes(from, to, target);
        }
        finally
        {
            Descriptors.Close(from);
            Descriptors.Close(to);
        }
    }

    private static void MakePrivate(string path)
    {
        string above = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(above))
        {
            MakePrivate(above);
        }

        FileTree.MakeDirectory(Descriptors.CurrentDirectory, path, 0x1C0);
    }
}
