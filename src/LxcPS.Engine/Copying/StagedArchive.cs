using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>An archive that has its name when it is complete, or there is none: it is made in a hidden directory beside it.</summary>
internal static class StagedArchive
{
    /// <summary>What it is called in that directory.</summary>
    internal const string DataName = "data";

    /// <summary>How an archive of a name is compressed, where it can be written.</summary>
    /// <param name="path">The archive, an absolute path.</param>
    /// <param name="replace">Whether a file of that name is replaced.</param>
    /// <param name="container">The container that it is of, or null.</param>
    /// <exception cref="LxcException">ArchiveFailed.</exception>
    internal static ArchiveFormat Require(string path, bool replace, string? container)
    {
        ArchiveFormat format = ArchiveFormat.OfName(path) ?? throw Refused(path, container, $"'{DisplayText.Of(path)}' does not say how the archive is compressed",
            Errno.EINVAL, "Give it the suffix .tar.zst, .tar.gz, .tar.xz or .tar.");
        return !Directory.Exists(path) && (!File.Exists(path) || replace) ? format
            : throw Refused(path, container, $"'{DisplayText.Of(path)}' is there already", Errno.EEXIST, "Choose another name, or replace the file with -Force.");
    }

    /// <summary>Writes it.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="make">Makes <see cref="DataName"/> in the directory that it is given.</param>
    /// <param name="cancel">Ends it; nothing is left.</param>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal static void Write(string path, Action<string> make, CancellationToken cancel)
    {
        string place = Path.GetDirectoryName(path)!;
        int parent = Descriptors.Open(place, OpenFlags.ReadOnly | OpenFlags.Directory);
        string hidden = string.Empty;
        int staging = -1;
        try
        {
            HiddenDirectory.Sweep(parent, place, RemoveTree, cancel);
            staging = HiddenDirectory.Make(parent, Path.GetFileName(path), out hidden);
            make($"{place}/{hidden}");
            Publish(staging, parent, path);
        }
        finally
        {
            if (staging >= 0)
            {
                RemoveTree(parent, hidden, $"{place}/{hidden}", CancellationToken.None);
            }

            Descriptors.Close(staging);
            Descriptors.Close(parent);
        }
    }

    internal static LxcException Refused(string path, string? container, string message, int errno, string advice) =>
        new(LxcErrorId.ArchiveFailed, message) { ContainerName = container, Path = path, Errno = errno, Step = "archive", Advice = advice };

    private static void Publish(int staging, int parent, string path)
    {
        int data = Descriptors.OpenAt(staging, DataName, OpenFlags.ReadOnly | OpenFlags.NoFollow);
        try
        {
            // Password files of the container are in it.
            FileTree.ChangeMode(data, 0x180 /* 0600 */, path);
            FileTree.Sync(data, path);
        }
        finally
        {
            Descriptors.Close(data);
        }

        FileTree.Rename(staging, DataName, parent, Path.GetFileName(path));
        FileTree.Sync(parent, path);
    }

    private static void RemoveTree(int parent, string name, string path, CancellationToken cancel) => TreeRemoval.Remove(parent, name, path, cancel);
}
