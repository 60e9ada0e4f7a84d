namespace LxcPS.Engine.Images;

/// <summary>A layer of an image.</summary>
/// <param name="Path">Its tar archive.</param>
/// <param name="Digest">What the archive must be; or, of an archive that is not compressed, null where that is the content's.</param>
/// <param name="ContentDigest">What the archive must be when it is decompressed.</param>
internal sealed record OciLayer(string Path, OciDigest? Digest, OciDigest ContentDigest);
