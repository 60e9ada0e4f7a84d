using LxcPS.Engine.Copying;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>
/// A file of a server, fetched whole and checked. Until <see cref="Complete"/> it stays in the store's <c>.downloads</c>, where the next try goes on with it;
/// it is ours until we dispose of it.
/// </summary>
internal sealed class Download : IDisposable
{
    private const string DirectoryName = ".downloads";
    private const long NoLimit = 1L << 36;

    // After that long nobody goes on with a part.
    private static readonly TimeSpan Stale = TimeSpan.FromDays(7);

    private readonly ContainerLock held;

    private Download(string path, ContainerLock held)
    {
        Path = path;
        this.held = held;
    }

    /// <summary>The file.</summary>
    internal string Path { get; }

    /// <summary>Fetches it, or what is missing of it.</summary>
    /// <exception cref="LxcException">DownloadFailed, ImageInvalid: it is not what the index says; StorageFull or StorageFailed.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    internal static Download Fetch(HttpFetcher fetcher, RemoteFile file, string store, ImageContext context)
    {
        string directory = $"{store}/{DirectoryName}";
        FileTree.MakeDirectories(directory, 0x1C0 /* 0700 */);
        string path = $"{directory}/{file.Sha256}.part";

        // Two sessions that fetch one file take turns: the second finds it whole.
        ContainerLock held = ContainerLock.Acquire(store, "download-" + file.Sha256[..16], TimeSpan.MaxValue, context.CancellationToken);
        try
        {
            if (!Take(fetcher, file, path, context))
            {
                // What was there before may have been no part of it.
                Take(fetcher, file, path, context);
            }

            return new Download(path, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>It is used: it goes, and with it what others left half long ago.</summary>
    internal void Complete()
    {
        File.Delete(Path);
        foreach (string part in Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(Path)!, "*.part"))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(part) > Stale)
            {
                File.Delete(part);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => held.Dispose();

    // False where it went on with a part, and the whole is not what it should be.
    private static bool Take(HttpFetcher fetcher, RemoteFile file, string path, ImageContext context)
    {
        // The directory is closed to others; a squashfs is opened by a process that is nobody here.
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, BufferSize = 0, UnixCreateMode = (UnixFileMode)0x1A4 /* 0644 */ };
        long begun;
        using (FileStream part = new(path, options))
        {
            if (file.Size >= 0 && part.Length > file.Size)
            {
                part.SetLength(0);
            }

            begun = part.Length;
            if (begun > 0)
            {
                context.Verbose($"Going on with {file.Address} behind {TransferRate.Show(begun)}");
            }

            TransferRate rate = new(begun);
            string activity = $"Fetching {System.IO.Path.GetFileName(file.Address.AbsolutePath)}";
            if (part.Length != file.Size && !fetcher.TryFetch(file.Address, part, file.Size >= 0 ? file.Size : NoLimit, (bytes, total) => rate.Tell(activity, bytes, file.Size >= 0 ? file.Size : total, context.Progress), context.CancellationToken))
            {
                throw HttpFetcher.Failed(file.Address, "the server does not have it, though its index names it", "Try again later: the server may just be changing its images.");
            }
        }

        context.Progress("Checking the hash", -1);
        string hash = ImageFingerprint.OfFile(path);
        if (hash == file.Sha256)
        {
            return true;
        }

        File.Delete(path);
        return begun > 0 ? false : throw new LxcException(LxcErrorId.ImageInvalid, $"'{DisplayText.Of(file.Address.ToString())}' is not what the server's index says: its SHA-256 is {hash}, not {file.Sha256}")
        {
            Step = "download",
            Path = path,
            Advice = "Nothing of it was kept. Try again later, or another server: the file was changed on its way or on the server.",
        };
    }
}
