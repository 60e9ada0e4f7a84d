using LxcPS.Engine.Rootless;

namespace LxcPS.Engine.Images;

/// <summary>An image from a tar archive: with LXC's metadata.yaml beside a directory rootfs, or the root file system alone.</summary>
public sealed class ArchiveImage : ImageSource
{
    private readonly string path;
    private readonly string fingerprint;

    /// <summary>Reads the archive for its fingerprint.</summary>
    /// <param name="path">The archive, an absolute path.</param>
    /// <param name="name">Distribution, or distribution/release[/architecture[/variant]], where the archive's own is not wanted; or null.</param>
    /// <exception cref="LxcException">TemplateFailed: it cannot be read; InvalidName.</exception>
    public ArchiveImage(string path, string? name)
    {
        this.path = path;
        Name = name is null ? null : ImageName.Parse(name);
        fingerprint = ImageFingerprint.OfFile(path);
    }

    /// <inheritdoc/>
    public override string Key => $"archive {fingerprint}{(Name is null ? string.Empty : " " + Name)}";

    /// <summary>What it is to be called, or null.</summary>
    public ImageName? Name { get; }

    private protected override ImageInfo Make(ImageBuild build, ImageContext context)
    {
        ImageMetadata? metadata = MappedFiles.Unpack(context.Helper, path, build.Directory, keepsMetadata: true, context.Progress, context.CancellationToken);
        ImageName name = Name ?? metadata?.Name ?? new ImageName(NameOfFile(path), string.Empty, ImageArchitecture.OfHost, "default");
        return new ImageInfo
        {
            Fingerprint = fingerprint,
            NameParts = name,
            Description = metadata?.Description ?? string.Empty,
            Created = metadata?.Created ?? DateTimeOffset.UtcNow,
            Source = path,
            Changes = context.Tell(metadata),
        };
    }

    // Letters and digits up to the suffixes: rootfs.tar.xz is an image rootfs.
    private static string NameOfFile(string path)
    {
        string name = Path.GetFileName(path).Split('.')[0].ToLowerInvariant();
        string kept = string.Concat(name.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '+'));
        kept = kept.TrimStart('-', '_', '+');
        return kept.Length > 0 ? kept : "image";
    }
}
