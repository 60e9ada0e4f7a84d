using LxcPS.Engine.Images;

namespace LxcPS;

/// <summary>An image that an image server has. It can be piped to Save-LxcImage and New-LxcContainer.</summary>
public sealed class LxcRemoteImage
{
    private readonly RemoteImage image;

    internal LxcRemoteImage(string server, RemoteImage image)
    {
        Server = server;
        this.image = image;
    }

    /// <summary>What it is asked for by: distribution/release/architecture/variant.</summary>
    public string Image => image.Name.ToString();

    /// <summary>The distribution: alpine.</summary>
    public string Distribution => image.Name.Distribution;

    /// <summary>The release: 3.20.</summary>
    public string Release => image.Name.Release;

    /// <summary>The architecture by Debian's name: amd64.</summary>
    public string Architecture => image.Name.Architecture;

    /// <summary>The variant: default.</summary>
    public string Variant => image.Name.Variant;

    /// <summary>The newest version, a time as text.</summary>
    public string Version => image.Version;

    /// <summary>When that was made; null where the version is no time.</summary>
    public DateTimeOffset? Created => image.Created;

    /// <summary>How much there is to fetch, in bytes; null where the server's index does not say.</summary>
    public long? Size => image.Size < 0 ? null : image.Size;

    /// <summary>Other names of it.</summary>
    public string[] Aliases => [.. image.Aliases];

    /// <summary>What its maker says of it.</summary>
    public string Description => image.Description;

    /// <summary>The address of the server.</summary>
    public string Server { get; }

    /// <summary>The template that Save-LxcImage is to take for it.</summary>
    public string Template => "Image";

    /// <inheritdoc/>
    public override string ToString() => Image;
}
