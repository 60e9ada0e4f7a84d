using System.Formats.Tar;
using System.IO.Compression;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>
/// The files of an OCI layout or a docker archive, by their names there: those of a directory, or those of a tar archive, which are written to a directory of
/// ours under numbers. What is no ordinary file is not there.
/// </summary>
internal sealed class OciFiles
{
    private const int MaximumEntries = 10_000;
    private const int MaximumLinks = 16;
    private const int HeadLength = 4;

    private readonly string? directory;
    private readonly Dictionary<string, string> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> links = new(StringComparer.Ordinal);

    private OciFiles(string? directory) => this.directory = directory;

    /// <summary>Those of a layout's directory.</summary>
    internal static OciFiles OfDirectory(string directory) => new(directory);

    /// <summary>Those of an archive.</summary>
    /// <param name="archive">The archive, plain or compressed with gzip.</param>
    /// <param name="directory">Where they are written; it exists and is empty.</param>
    /// <param name="context">The caller.</param>
    /// <exception cref="LxcException">ImageInvalid; StorageFull or StorageFailed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    internal static OciFiles OfArchive(string archive, string directory, ImageContext context)
    {
        OciFiles files = new(null);
        Walk(archive, (entry, position) =>
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            context.Progress("Reading the archive", position);
            files.Add(entry, directory);
            return files.files.Count + files.links.Count <= MaximumEntries ? true : throw OciImage.Invalid($"'{DisplayText.Of(archive)}' has more than {MaximumEntries} files");
        });
        return files;
    }

    /// <summary>Whether an archive is one of images, and not of a root file system: its first names are those of a layout or of docker save.</summary>
    internal static bool IsImageArchive(string archive)
    {
        bool isImage = false;
        try
        {
            Walk(archive, (entry, _) =>
            {
                string name = Plain(entry.Name);
                isImage = name is "blobs" or "index.json" or "oci-layout" or "manifest.json" or "repositories" || name.StartsWith("blobs/", StringComparison.Ordinal) || ImageFingerprint.IsOne(name.Split('.', '/')[0]);
                return name.Length == 0;
            });
        }
        catch (LxcException e) when (e.ErrorId == LxcErrorId.ImageInvalid)
        {
            // Another kind of archive: whoever unpacks it says what is wrong with it.
            return false;
        }

        return isImage;
    }

    /// <summary>The path of a file that can be opened; null where there is none.</summary>
    internal string? Find(string name)
    {
        if (directory is not null)
        {
            if (name.Split('/').Contains("..") || name.StartsWith('/'))
            {
                return null;
            }

            // A link in the place of a file is not followed.
            string path = $"{directory}/{name}";
            return FileTree.TryStatus(Descriptors.CurrentDirectory, path, false, out FileStatus status) && status.IsRegular ? path : null;
        }

        for (int i = 0; i < MaximumLinks; i++)
        {
            if (files.TryGetValue(name, out string? file))
            {
                return file;
            }

            if (!links.TryGetValue(name, out string? target))
            {
                return null;
            }

            name = target;
        }

        throw OciImage.Invalid($"its file '{DisplayText.Of(name)}' is a link in a circle");
    }

    /// <summary>A small file; null where there is none.</summary>
    /// <exception cref="LxcException">ImageInvalid: longer than the limit in bytes.</exception>
    internal byte[]? TryRead(string name, long limit)
    {
        if (Find(name) is not { } path)
        {
            return null;
        }

        return new FileInfo(path).Length <= limit ? File.ReadAllBytes(path) : throw OciImage.Invalid($"its file '{DisplayText.Of(name)}' is longer than {limit} bytes");
    }

    private void Add(TarEntry entry, string directory)
    {
        string name = Plain(entry.Name);
        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                string path = $"{directory}/{files.Count}";
                using (FileStream file = new(path, FileMode.CreateNew))
                {
                    entry.DataStream?.CopyTo(file);
                }

                files[name] = path;
                break;
            case TarEntryType.HardLink:
                links[name] = Plain(entry.LinkName);
                break;
            case TarEntryType.SymbolicLink:
                // docker save has a layer that two images share once, and leads to it: ../ID/layer.tar.
                links[name] = Path.GetFullPath(entry.LinkName, "/" + Path.GetDirectoryName(name)).TrimStart('/');
                break;
        }
    }

    private static string Plain(string name) => Path.GetFullPath(name, "/").Trim('/');

    private static void Walk(string archive, Func<TarEntry, int, bool> take)
    {
        try
        {
            using FileStream file = new(archive, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 17);
            Span<byte> head = stackalloc byte[HeadLength];
            int length = file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false);
            file.Position = 0;
            using Stream content = length == HeadLength && head[0] == 0x1F && head[1] == 0x8B ? new GZipStream(file, CompressionMode.Decompress) : file;
            using TarReader reader = new(content);
            while (reader.GetNextEntry() is { } entry && take(entry, (int)(file.Position * 100 / Math.Max(1, file.Length))))
            {
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException)
        {
            throw OciImage.Invalid($"'{DisplayText.Of(archive)}' is no tar archive, plain or compressed with gzip, that can be read: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            bool isFull = e.HResult is Errno.ENOSPC or Errno.EDQUOT;
            throw new LxcException(isFull ? LxcErrorId.StorageFull : LxcErrorId.TemplateFailed, $"'{DisplayText.Of(archive)}' cannot be read: {e.Message}", e)
            {
                Step = "image",
                Path = archive,
                Advice = isFull ? "Free space on the file system of the images, or use another -ImagePath." : "See that the file is there and can be read.",
            };
        }
    }
}
