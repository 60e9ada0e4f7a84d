namespace LxcPS.Engine.Images;

/// <summary>A server of images: one that has an index of simplestreams, or that of LXC's download template.</summary>
public sealed class ImageServer : IDisposable
{
    /// <summary>The server that LXC's own images come from.</summary>
    public const string Default = "https://images.linuxcontainers.org";

    private const long IndexLimit = 1 << 26;
    private const long SignatureLimit = 1 << 20;

    private readonly Uri address;
    private readonly SignatureCheck? signatures;
    private readonly Action<string> verbose;

    /// <summary>Names a server.</summary>
    /// <param name="address">Its address, http or https.</param>
    /// <param name="keyring">The file of the keys that must have signed what it serves, an absolute path; or null to check hashes alone.</param>
    /// <param name="verbose">Told what is not checked, and why.</param>
    /// <exception cref="LxcException">ConfigInvalidValue: no such address; HostUnsupported: no gpgv; ImageInvalid: no such keyring.</exception>
    public ImageServer(string address, string? keyring, Action<string> verbose)
    {
        this.address = AddressOf(address);
        this.verbose = verbose;
        signatures = keyring is null ? null : new SignatureCheck(keyring);
    }

    internal HttpFetcher Fetcher { get; } = new();

    /// <inheritdoc/>
    public void Dispose() => Fetcher.Dispose();

    /// <summary>The images that it has, each in its newest version, in the order of their names.</summary>
    /// <exception cref="LxcException">DownloadFailed, ImageInvalid or Canceled.</exception>
    public IReadOnlyList<RemoteImage> List(CancellationToken cancel)
    {
        try
        {
            Uri streams = Below(address, StreamsIndex.Path);
            if (TryReadSigned(streams, cancel) is { } index)
            {
                return [.. StreamsIndex.PathsOf(index, streams).SelectMany(path => Products(Below(address, path), cancel)).OrderBy(image => image.Name.ToString(), StringComparer.Ordinal)];
            }

            Uri system = Below(address, SystemIndex.Path);
            return TryReadSigned(system, cancel) is { } text ? [.. SystemIndex.ImagesOf(text, address).OrderBy(image => image.Name.ToString(), StringComparer.Ordinal)]
                : throw HttpFetcher.Failed(address, $"it has neither {StreamsIndex.Path} nor {SystemIndex.Path}", "Give the address of an image server: what stands before those paths.");
        }
        catch (OperationCanceledException e)
        {
            throw new LxcException(LxcErrorId.Canceled, "The look into an image server was stopped", e);
        }
    }

    /// <summary>The image of a name, with its files.</summary>
    /// <exception cref="LxcException">ImageNotFound, DownloadFailed, ImageInvalid or Canceled.</exception>
    internal RemoteImage Get(ImageName name, CancellationToken cancel)
    {
        IReadOnlyList<RemoteImage> all = List(cancel);
        RemoteImage image = all.FirstOrDefault(other => other.Answers(name)) ?? throw NotFound(name, all);
        if (image.Directory is not { } directory)
        {
            return image;
        }

        Uri sums = new(directory, SystemIndex.SumsName);
        byte[] text = TryReadSigned(sums, cancel) ?? throw HttpFetcher.Failed(sums, "the server does not have it, and nothing else says what its files should be", "Use a server that has it, or an index of simplestreams.");
        Uri root = new(directory, SystemIndex.RootName);
        string hash = SystemIndex.SumOf(text, SystemIndex.RootName) ?? throw new LxcException(LxcErrorId.ImageInvalid, $"'{sums}' does not name {SystemIndex.RootName}") { Step = "download", Advice = "Use another server, or another image." };
        return image with { Root = new RemoteFile(root, hash, -1) };
    }

    /// <summary>An address below another: a server's index leads nowhere else.</summary>
    /// <exception cref="LxcException">ImageInvalid: it leads elsewhere.</exception>
    internal static Uri Below(Uri server, string path) =>
        Uri.TryCreate(server, path, out Uri? below) && below.AbsoluteUri.StartsWith(server.AbsoluteUri, StringComparison.Ordinal) ? below
            : throw new LxcException(LxcErrorId.ImageInvalid, $"The index of {server} names '{DisplayText.Of(path)}', which is not below it") { Step = "download", Advice = "Use another server." };

    private static Uri AddressOf(string text) => Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" ? address
        : throw new LxcException(LxcErrorId.ConfigInvalidValue, $"'{DisplayText.Of(text)}' is no address of an image server") { Advice = $"Give one that begins with https:// or http://, such as {Default}." };

    private IReadOnlyList<RemoteImage> Products(Uri file, CancellationToken cancel) =>
        StreamsIndex.ImagesOf(TryReadSigned(file, cancel) ?? throw HttpFetcher.Failed(file, "the server does not have it, though its index names it", "Try again later."), file, address);

    // Null where there is no such file. Simplestreams has the signed text in a file of its own; others have the signature beside the file.
    private byte[]? TryReadSigned(Uri file, CancellationToken cancel)
    {
        if (signatures is null)
        {
            verbose($"The signature of {file} is not checked: no keyring was given");
            return Fetcher.TryRead(file, IndexLimit, cancel);
        }

        if (file.AbsolutePath.EndsWith(".json", StringComparison.Ordinal) && Fetcher.TryRead(new Uri(file.AbsoluteUri[..^5] + ".sjson"), IndexLimit, cancel) is { } signed)
        {
            return signatures.Open(file, signed, cancel);
        }

        if (Fetcher.TryRead(file, IndexLimit, cancel) is not { } content)
        {
            return null;
        }

        byte[] signature = Fetcher.TryRead(new Uri(file.AbsoluteUri + ".asc"), SignatureLimit, cancel) ?? Fetcher.TryRead(new Uri(file.AbsoluteUri + ".gpg"), SignatureLimit, cancel)
            ?? throw SignatureCheck.Invalid(file, "has no signature on the server");
        signatures.Require(file, content, signature, cancel);
        return content;
    }

    private LxcException NotFound(ImageName name, IReadOnlyList<RemoteImage> all)
    {
        string[] near = [.. all.Where(image => image.Name.Distribution == name.Distribution && image.Name.Architecture == name.Architecture).Select(image => image.Name.ToString()).Take(8)];
        return new LxcException(LxcErrorId.ImageNotFound, $"There is no image '{name}' at {address}")
        {
            Advice = near.Length > 0 ? $"It has {string.Join(", ", near)}; Find-LxcImage lists all." : "Find-LxcImage lists those that it has.",
        };
    }
}
