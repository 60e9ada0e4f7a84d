using LxcPS.Engine.Images;

namespace LxcPS;

/// <summary>An image: a root file system that any number of containers are laid over.</summary>
public sealed class LxcImage
{
    private readonly ImageInfo info;

    internal LxcImage(ImageStore store, ImageInfo info)
    {
        Store = store;
        this.info = info;
    }

    /// <summary>What it is found by: distribution/release/architecture/variant.</summary>
    public string Name => info.Name;

    /// <summary>The SHA-256 of what it was made from, in 64 hexadecimal digits.</summary>
    public string Fingerprint => info.Fingerprint;

    /// <summary>The distribution: debian.</summary>
    public string Distribution => info.NameParts.Distribution;

    /// <summary>The release: bookworm; empty where there is none.</summary>
    public string Release => info.NameParts.Release;

    /// <summary>The architecture by Debian's name: amd64.</summary>
    public string Architecture => info.NameParts.Architecture;

    /// <summary>The variant: default.</summary>
    public string Variant => info.NameParts.Variant;

    /// <summary>What its maker says of it.</summary>
    public string Description => info.Description;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Created => info.Created;

    /// <summary>When it came into the store.</summary>
    public DateTimeOffset Added => info.Added;

    /// <summary>What it takes on disk, in bytes. Its containers share it.</summary>
    public long Size => info.Size;

    /// <summary>Where it came from: an address or a path.</summary>
    public string Source => info.Source;

    /// <summary>What was changed in it so that it boots in a container, with the reason.</summary>
    public string[] Changes => [.. info.Changes];

    /// <summary>The containers that are laid over it: the paths of their directories, as of now.</summary>
    public string[] UsedBy => [.. Store.UsersOf(info).Select(user => $"{user.LxcPath}/{user.Name}")];

    /// <summary>The directory of its root file system.</summary>
    public string Path => Store.RootfsOf(info);

    /// <summary>The directory of images that it is in.</summary>
    public string ImagePath => Store.Path;

    internal ImageStore Store { get; }

    internal ImageInfo Info => info;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
