namespace LxcPS.Engine.Templates;

/// <summary>How a tar archive is compressed, told by its first bytes and not by its name.</summary>
/// <param name="Program">The program that tar runs to decompress it, or null for none.</param>
/// <param name="Options">The options that tell tar.</param>
internal sealed record ArchiveFormat(string? Program, string[] Options)
{
    private const int MagicOffset = 257;

    /// <summary>The format of a file that begins with these bytes, or null when it is no tar archive.</summary>
    /// <param name="head">The first 512 bytes, or all.</param>
    internal static ArchiveFormat? Of(ReadOnlySpan<byte> head)
    {
        return head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? new("gzip", ["--gzip"])
            : head.StartsWith((ReadOnlySpan<byte>)[0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? new("xz", ["--xz"])
            : head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) ? new("zstd", ["--zstd"])
            : head.StartsWith("BZh"u8) ? new("bzip2", ["--bzip2"])
            : head.Length >= MagicOffset + 5 && head.Slice(MagicOffset, 5).SequenceEqual("ustar"u8) ? new(null, [])
            : null;
    }

    /// <summary>The format that a file's name asks for, or null when it has no suffix of a tar archive.</summary>
    internal static ArchiveFormat? OfName(string path) => Path.GetFileName(path).ToLowerInvariant() switch
    {
        var name when name.EndsWith(".tar", StringComparison.Ordinal) => new(null, []),
        var name when name.EndsWith(".tar.zst", StringComparison.Ordinal) || name.EndsWith(".tzst", StringComparison.Ordinal) => new("zstd", ["--zstd"]),
        var name when name.EndsWith(".tar.gz", StringComparison.Ordinal) || name.EndsWith(".tgz", StringComparison.Ordinal) => new("gzip", ["--gzip"]),
        var name when name.EndsWith(".tar.xz", StringComparison.Ordinal) || name.EndsWith(".txz", StringComparison.Ordinal) => new("xz", ["--xz"]),
        _ => null,
    };
}
