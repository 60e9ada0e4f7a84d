using System.Text.Json;

namespace LxcPS.Engine.Images;

/// <summary>
/// Reads an index of simplestreams: <c>streams/v1/index.json</c> names files of products; a product has versions, and each of these files of several kinds.
/// </summary>
internal static class StreamsIndex
{
    internal const string Path = "streams/v1/index.json";

    private static readonly string[] MetadataKinds = ["incus.tar.xz", "lxd.tar.xz"];
    private static readonly string[] UnifiedKinds = ["incus_combined.tar.gz", "lxd_combined.tar.gz"];

    /// <summary>The paths of the files of products that an index names.</summary>
    /// <exception cref="LxcException">ImageInvalid.</exception>
    internal static IReadOnlyList<string> PathsOf(ReadOnlyMemory<byte> json, Uri address) => Read(json, address, root =>
    {
        List<string> paths = [];
        foreach (JsonProperty entry in root.GetProperty("index").EnumerateObject())
        {
            if (Text(entry.Value, "datatype") is null or "image-downloads" && Text(entry.Value, "path") is { } path)
            {
                paths.Add(path);
            }
        }

        return paths;
    });

    /// <summary>The images of a file of products: of each the newest version that a container can be made of.</summary>
    /// <param name="json">The file.</param>
    /// <param name="address">Where it came from, for messages.</param>
    /// <param name="server">What paths are relative to.</param>
    /// <exception cref="LxcException">ImageInvalid.</exception>
    internal static IReadOnlyList<RemoteImage> ImagesOf(ReadOnlyMemory<byte> json, Uri address, Uri server) => Read(json, address, root =>
    {
        List<RemoteImage> images = [];
        foreach (JsonProperty product in root.GetProperty("products").EnumerateObject())
        {
            if (NameOf(product) is { } name)
            {
                IEnumerable<JsonProperty> versions = product.Value.GetProperty("versions").EnumerateObject().OrderByDescending(version => version.Name, StringComparer.Ordinal);
                if (versions.Select(version => ImageOf(name, product.Value, version, server)).FirstOrDefault(image => image is not null) is { } newest)
                {
                    images.Add(newest);
                }
            }
        }

        return images;
    });

    private static RemoteImage? ImageOf(ImageName name, JsonElement product, JsonProperty version, Uri server)
    {
        Dictionary<string, JsonElement> items = [];
        foreach (JsonProperty item in version.Value.GetProperty("items").EnumerateObject())
        {
            items.TryAdd(Text(item.Value, "ftype") ?? item.Name, item.Value);
        }

        RemoteImage image = new()
        {
            Name = name,
            Version = version.Name,
            Aliases = [.. (Text(product, "aliases") ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
            Description = $"{Text(product, "os") ?? name.Distribution} {Text(product, "release_title") ?? name.Release} {name.Architecture} ({version.Name})",
        };
        if (Array.Find(UnifiedKinds, items.ContainsKey) is { } unified)
        {
            RemoteFile file = FileOf(items[unified], server);
            return image with { Root = file, IsUnified = true, Fingerprint = file.Sha256 };
        }

        // tar is everywhere, unsquashfs is not.
        string? kind = items.ContainsKey("root.tar.xz") ? "root.tar.xz" : items.ContainsKey("squashfs") ? "squashfs" : null;
        if (kind is null)
        {
            return null;
        }

        string? described = Array.Find(MetadataKinds, items.ContainsKey);
        string? combined = described is null ? null
            : Text(items[described], kind == "squashfs" ? "combined_squashfs_sha256" : "combined_rootxz_sha256") ?? (kind == "squashfs" ? null : Text(items[described], "combined_sha256"));
        return image with { Root = FileOf(items[kind], server), Metadata = described is null ? null : FileOf(items[described], server), Fingerprint = combined?.ToLowerInvariant() ?? string.Empty };
    }

    private static RemoteFile FileOf(JsonElement item, Uri server)
    {
        string hash = (Text(item, "sha256") ?? string.Empty).ToLowerInvariant();
        if (!ImageFingerprint.IsOne(hash))
        {
            throw new FormatException("a file has no SHA-256");
        }

        return new RemoteFile(ImageServer.Below(server, Text(item, "path") ?? throw new FormatException("a file has no path")), hash,
            item.TryGetProperty("size", out JsonElement size) && size.TryGetInt64(out long bytes) && bytes >= 0 ? bytes : -1);
    }

    // A product that cannot be named is none that can be asked for.
    private static ImageName? NameOf(JsonProperty product)
    {
        string[] key = product.Name.Split(':');
        string distribution = Text(product.Value, "os") ?? key[0];
        try
        {
            return ImageName.Parse(string.Join('/', distribution.ToLowerInvariant().Replace(' ', '-'), Text(product.Value, "release") ?? (key.Length > 1 ? key[1] : "none"),
                Text(product.Value, "arch") ?? ImageArchitecture.OfHost, Text(product.Value, "variant") ?? (key.Length == 4 ? key[3] : "default")));
        }
        catch (LxcException e) when (e.ErrorId == LxcErrorId.InvalidName)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static T Read<T>(ReadOnlyMemory<byte> json, Uri address, Func<JsonElement, T> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new LxcException(LxcErrorId.ImageInvalid, $"'{DisplayText.Of(address.ToString())}' is no index of images: {DisplayText.Of(e.Message)}", e)
            {
                Step = "download",
                Advice = "See that the address is that of an image server, and that no proxy answers in its place.",
            };
        }
    }
}
