namespace LxcPS.Engine.Images;

/// <summary>What an image is called: distribution, release, architecture and variant.</summary>
/// <param name="Distribution">In lower case: <c>debian</c>.</param>
/// <param name="Release"><c>bookworm</c>, or empty.</param>
/// <param name="Architecture">Debian's name: <c>amd64</c>.</param>
/// <param name="Variant"><c>default</c>.</param>
public sealed record ImageName(string Distribution, string Release, string Architecture, string Variant)
{
    private const string NoRelease = "none";

    /// <summary>Reads <c>distribution[/release[/architecture[/variant]]]</c>; what is left out is the host's architecture and the variant default.</summary>
    /// <exception cref="LxcException">InvalidName.</exception>
    public static ImageName Parse(string text)
    {
        string[] parts = text.Split('/');
        if (parts.Length > 4 || parts.Any(part => part.Length == 0 || !char.IsAsciiLetterOrDigit(part[0]) || part.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '-' or '_' or '+' or ':'))))
        {
            throw new LxcException(LxcErrorId.InvalidName, $"'{DisplayText.Of(text)}' cannot name an image")
            {
                Advice = "Write distribution/release/architecture/variant, such as debian/bookworm/amd64/default; the end may be left out.",
            };
        }

        return new ImageName(parts[0].ToLowerInvariant(), parts.Length > 1 && parts[1] != NoRelease ? parts[1] : string.Empty,
            parts.Length > 2 ? ImageArchitecture.Of(parts[2]) : ImageArchitecture.OfHost, parts.Length > 3 ? parts[3] : "default");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Distribution}/{(Release.Length > 0 ? Release : NoRelease)}/{Architecture}/{Variant}";
}
