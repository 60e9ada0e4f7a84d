namespace LxcPS.Engine.Images;

/// <summary>An image that a server has, in its newest version.</summary>
public sealed record RemoteImage
{
    /// <summary>What it is called.</summary>
    public required ImageName Name { get; init; }

    /// <summary>The version, a time as text: <c>20261130_07:42</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Other names of it, without the architecture: <c>debian/12</c>.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>What its maker says of it.</summary>
    public string Description { get; init; } = string.Empty;

    /// <summary>The file of its root file system; null where an index does not name files, but a <see cref="Directory"/>.</summary>
    public RemoteFile? Root { get; init; }

    /// <summary>The file that describes it, which its fingerprint covers too; null where there is none.</summary>
    public RemoteFile? Metadata { get; init; }

    /// <summary>Whether <see cref="Root"/> holds the description and the root file system.</summary>
    public bool IsUnified { get; init; }

    /// <summary>The SHA-256 of both files, one behind the other; empty where the index does not say.</summary>
    public string Fingerprint { get; init; } = string.Empty;

    /// <summary>Where its files are, for the index of LXC's download template.</summary>
    public Uri? Directory { get; init; }

    /// <summary>How much there is to fetch, in bytes; -1 where the index does not say.</summary>
    public long Size => Root is null || Root.Size < 0 ? -1 : Root.Size + Math.Max(0, Metadata?.Size ?? 0);

    /// <summary>When it was made, by its version; null where that is no time.</summary>
    public DateTimeOffset? Created => DateTimeOffset.TryParseExact(Version, ["yyyyMMdd_HH:mm", "yyyyMMdd_HHmm", "yyyyMMdd"], null, System.Globalization.DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    /// <summary>Whether a request means it: the same name, or an alias of it for the same architecture.</summary>
    internal bool Answers(ImageName wanted) => wanted.Architecture == Name.Architecture && (wanted.ToString().Equals(Name.ToString(), StringComparison.OrdinalIgnoreCase)
        || Aliases.Contains($"{wanted.Distribution}/{wanted.Release}/{wanted.Variant}", StringComparer.OrdinalIgnoreCase)
        || (wanted.Variant == "default" && Aliases.Contains($"{wanted.Distribution}/{wanted.Release}", StringComparer.OrdinalIgnoreCase)));
}
