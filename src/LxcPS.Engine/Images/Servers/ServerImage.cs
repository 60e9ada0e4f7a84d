using System.Security.Cryptography;
using LxcPS.Engine.Rootless;

namespace LxcPS.Engine.Images;

/// <summary>An image of an image server, in its newest version.</summary>
internal sealed class ServerImage : ImageSource
{
    private readonly ImageName name;
    private readonly string server;
    private readonly string? keyring;

    /// <exception cref="LxcException">InvalidName.</exception>
    internal ServerImage(string server, string name, string? keyring)
    {
        this.name = ImageName.Parse(name);
        this.server = server.TrimEnd('/');
        this.keyring = keyring;
    }

    /// <inheritdoc/>
    public override string Key => $"server {server} {name}{(keyring is null ? string.Empty : " signed by " + keyring)}";

    private protected override ImageInfo Make(ImageBuild build, ImageContext context)
    {
        context.Progress($"Looking for {name} at {server}", -1);
        using ImageServer source = new(server, keyring, context.Verbose);
        RemoteImage image = source.Get(name, context.CancellationToken);
        context.Verbose($"The newest version of {image.Name} is {image.Version}");
        string store = Path.GetDirectoryName(build.Directory)!;
        using Download? metadata = image.Metadata is null ? null : Download.Fetch(source.Fetcher, image.Metadata, store, context);
        using Download root = Download.Fetch(source.Fetcher, image.Root!, store, context);
        string fingerprint = FingerprintOf(metadata?.Path, root.Path);
        if (image.Fingerprint.Length > 0 && fingerprint != image.Fingerprint)
        {
            throw new LxcException(LxcErrorId.ImageInvalid, $"The files of {image.Name} are not those of the image: their SHA-256 is {fingerprint}, not {image.Fingerprint}")
            {
                Step = "download",
                Advice = "The server's index contradicts itself: try again later, or another server.",
            };
        }

        ImageMetadata? description = MappedFiles.Unpack(context.Helper, root.Path, build.Directory, keepsMetadata: image.IsUnified, context.Progress, context.CancellationToken);
        if (metadata is not null)
        {
            description = MappedFiles.Unpack(context.Helper, metadata.Path, build.Directory, keepsMetadata: true, context.Progress, context.CancellationToken);
        }

        root.Complete();
        metadata?.Complete();
        return new ImageInfo
        {
            Fingerprint = fingerprint,
            NameParts = image.Name,
            Description = image.Description,
            Created = image.Created ?? DateTimeOffset.UtcNow,
            Source = server,
            Changes = context.Tell(description),
        };
    }

    // As Incus has it: of a split image that of both files, one behind the other.
    private static string FingerprintOf(string? metadata, string root)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] block = new byte[1 << 17];
        foreach (string path in metadata is null ? (string[])[root] : [metadata, root])
        {
            using FileStream file = File.OpenRead(path);
            int count;
            while ((count = file.Read(block)) > 0)
            {
                hash.AppendData(block.AsSpan(0, count));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
