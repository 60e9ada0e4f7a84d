using System.Security.Cryptography;

namespace LxcPS.Engine.Images;

/// <summary>What images are known by: SHA-256 in 64 hexadecimal digits.</summary>
internal static class ImageFingerprint
{
    /// <summary>That of a file.</summary>
    /// <exception cref="LxcException">TemplateFailed: the file cannot be read.</exception>
    internal static string OfFile(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 17, FileOptions.SequentialScan);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LxcException(LxcErrorId.TemplateFailed, $"'{DisplayText.Of(path)}' cannot be read: {e.Message}", e)
            {
                Path = path,
                Advice = "See that the file is there and can be read.",
            };
        }
    }
}
