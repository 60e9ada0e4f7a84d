using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>An archive, or a directory in its stead, that has its name when it is complete, or there is none: it is made in a hidden directory beside it.</summary>
internal static class StagedArchive
{
    /// <summary>What it is called in that directory.</summary>
    internal const string DataName = "data";

    /// <summary>How an archive of a name is compressed, where it can be written; null for the directory of a layout.</summary>
    /// <param name="request">What is to be written.</param>
    /// <param name="container">The container that it is of, or null.</param>
    /// <exception cref="LxcException">ArchiveFailed.</exception>
    internal static ArchiveFormat? Require(ExportRequest request, string? container)
    {
        string path = request.Path;
        ArchiveFormat? format = ArchiveFormat.OfName(path);
        if (request.Format == ExportFormat.Lxc && format is null)
        {
            throw Refused(path, container, $"'{DisplayText.Of(path)}' does not say how the archive is compressed", Errno.EINVAL, "Give it the suffix .tar.zst, .tar.gz, .tar.xz or .tar.");
        }

        if (request.Format == ExportFormat.Oci && format is { Program: not null })
        {
            throw Refused(path, container, $"'{DisplayText.Of(path)}' is a name of a compressed archive, and of an image the layer is compressed", Errno.EINVAL, "Give it the suffix .tar, or none for a directory.");
        }

        bool isReplaced = request.Replace && (Directory.Exists(path) ? format is null && ExportRequest.IsLayout(path) : File.Exists(path) && format is not null);
        return isReplaced || !FileTree.TryStatus(Descriptors.CurrentDirectory, path, false, out _) ? format
            : throw Refused(path, container, $"'{DisplayText.Of(path)}' is there already", Errno.EEXIST, $"Choose another name{(request.Replace ? string.Empty : ", or replace it with -Force")}.");
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
        bool isDirectory;
        try
        {
            // Password files of the container are in it.
            isDirectory = FileTree.Status(data, string.Empty).IsDirectory;
            FileTree.ChangeMode(data, isDirectory ? 0x1C0u /* 0700 */ : 0x180 /* 0600 */, path);
            if (isDirectory)
            {
                FileTree.SyncFileSystem(data, path);
            }
            else
            {
                FileTree.Sync(data, path);
            }
        }
        finally
        {
            Descriptors.Close(data);
        }

        // A directory that is replaced goes with the hidden one.
        if (isDirectory && FileTree.TryStatus(parent, Path.GetFileName(path), false, out _))
        {
            FileTree.Exchange(staging, DataName, parent, Path.GetFileName(path));
        }
        else
        {
            FileTree.Rename(staging, DataName, parent, Path.GetFileName(path));
        }

        FileTree.Sync(parent, path);
    }

    private static void RemoveTree(int parent, string name, string path, CancellationToken cancel) => TreeRemoval.Remove(parent, name, path, cancel);
}
