using System.Text;

namespace LxcPS.Engine.Images;

/// <summary>
/// Reads the index of LXC's download template: a line each of distribution;release;architecture;variant;version;directory. What the files of a
/// directory are is in its SHA256SUMS, as sha256sum(1) writes it.
/// </summary>
internal static class SystemIndex
{
    internal const string Path = "meta/1.0/index-system";
    internal const string SumsName = "SHA256SUMS";
    internal const string RootName = "rootfs.tar.xz";

    /// <summary>The images: of each the newest version. A line that is something else is passed over.</summary>
    internal static IReadOnlyList<RemoteImage> ImagesOf(ReadOnlySpan<byte> text, Uri server)
    {
        Dictionary<string, RemoteImage> images = [];
        foreach (string line in Encoding.UTF8.GetString(text).Split('\n'))
        {
            string[] fields = line.TrimEnd('\r').Split(';');
            if (fields.Length < 6 || !TryName(fields, out ImageName? name))
            {
                continue;
            }

            RemoteImage image = new()
            {
                Name = name!,
                Version = fields[4],
                Description = $"{fields[0]} {fields[1]} {fields[2]} ({fields[4]})",
                Directory = ImageServer.Below(server, fields[5].Trim('/') + "/"),
            };
            string key = image.Name.ToString();
            if (!images.TryGetValue(key, out RemoteImage? other) || string.CompareOrdinal(other.Version, image.Version) < 0)
            {
                images[key] = image;
            }
        }

        return [.. images.Values];
    }

    /// <summary>The SHA-256 of a file by a text of sha256sum(1); null where it does not name the file.</summary>
    internal static string? SumOf(ReadOnlySpan<byte> sums, string file)
    {
        foreach (string line in Encoding.UTF8.GetString(sums).Split('\n'))
        {
            // The digits, a blank, a blank or a star, the name.
            if (line.Length > 66 && line.TrimEnd('\r')[66..] == file && ImageFingerprint.IsOne(line[..64].ToLowerInvariant()))
            {
                return line[..64].ToLowerInvariant();
            }
        }

        return null;
    }

    private static bool TryName(string[] fields, out ImageName? name)
    {
        try
        {
            name = ImageName.Parse(string.Join('/', fields.Take(4)));
            return true;
        }
        catch (LxcException e) when (e.ErrorId == LxcErrorId.InvalidName)
        {
            name = null;
            return false;
        }
    }
}
