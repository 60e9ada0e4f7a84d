using System.Security.Cryptography;

namespace LxcPS.Engine.Images;

/// <summary>What a blob is known by: <c>sha256:</c> or <c>sha512:</c> and hexadecimal digits (OCI image specification, "Digests").</summary>
internal sealed record OciDigest
{
    private OciDigest(string algorithm, string hex) => (Algorithm, Hex) = (algorithm, hex);

    internal string Algorithm { get; }

    internal string Hex { get; }

    /// <summary>Its file in a layout.</summary>
    internal string FileName => $"blobs/{Algorithm}/{Hex}";

    /// <exception cref="LxcException">ImageInvalid.</exception>
    internal static OciDigest Parse(string text)
    {
        string[] parts = text.Split(':');
        int length = parts[0] switch { "sha256" => 64, "sha512" => 128, _ => 0 };
        return parts.Length == 2 && length > 0 && parts[1].Length == length && parts[1].All(char.IsAsciiHexDigitLower) ? new OciDigest(parts[0], parts[1])
            : throw OciImage.Invalid($"'{DisplayText.Of(text)}' is no digest that can be checked");
    }

    /// <summary>The digest of a content's SHA-256.</summary>
    internal static OciDigest OfHash(ReadOnlySpan<byte> hash) => new("sha256", Convert.ToHexStringLower(hash));

    /// <summary>That of a content.</summary>
    internal bool IsOf(Stream content) => Hex == Convert.ToHexStringLower(Algorithm == "sha256" ? SHA256.HashData(content) : SHA512.HashData(content));

    /// <inheritdoc/>
    public override string ToString() => $"{Algorithm}:{Hex}";
}
