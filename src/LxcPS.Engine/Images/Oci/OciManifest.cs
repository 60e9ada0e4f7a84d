using System.Text;
using System.Text.Json;

namespace LxcPS.Engine.Images;

/// <summary>What an image consists of: its configuration and its layers, the lowest first.</summary>
/// <param name="Digest">What it is known by: that of its manifest, or of its configuration where docker save wrote it.</param>
/// <param name="Config">The configuration.</param>
/// <param name="Layers">The layers.</param>
internal sealed record OciManifest(OciDigest Digest, OciConfig Config, IReadOnlyList<OciLayer> Layers)
{
    private const long TextLimit = 1 << 22;
    private const int MaximumDepth = 4;
    private const int MaximumLayers = 512;
    private const string TagKey = "org.opencontainers.image.ref.name";

    /// <summary>Finds the image of a tag and an architecture.</summary>
    /// <param name="files">The layout, or what docker save wrote.</param>
    /// <param name="tag">The tag, or null for the only one.</param>
    /// <param name="architecture">The architecture by Debian's name.</param>
    /// <exception cref="LxcException">ImageInvalid, or ImageNotFound: no such tag, or none for the architecture.</exception>
    internal static OciManifest Find(OciFiles files, string? tag, string architecture)
    {
        try
        {
            if (files.TryRead("index.json", TextLimit) is { } index)
            {
                using JsonDocument document = JsonDocument.Parse(index);
                return OfDescriptor(files, Choose(document.RootElement, tag, architecture), architecture, 0);
            }

            if (files.TryRead("manifest.json", TextLimit) is { } saved)
            {
                using JsonDocument document = JsonDocument.Parse(saved);
                return OfSaved(files, document.RootElement, tag);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw OciImage.Invalid($"its JSON is not that of an image: {DisplayText.Of(e.Message)}", e);
        }

        throw OciImage.Invalid("it has neither index.json nor manifest.json");
    }

    private static OciManifest OfDescriptor(OciFiles files, JsonElement descriptor, string architecture, int depth)
    {
        OciDigest digest = OciDigest.Parse(descriptor.GetProperty("digest").GetString()!);
        using JsonDocument document = JsonDocument.Parse(Blob(files, digest));
        JsonElement root = document.RootElement;
        if (root.TryGetProperty("manifests", out _))
        {
            return depth < MaximumDepth ? OfDescriptor(files, Choose(root, null, architecture), architecture, depth + 1)
                : throw OciImage.Invalid($"its indexes are nested deeper than {MaximumDepth}");
        }

        OciConfig config = OciConfig.Parse(Blob(files, OciDigest.Parse(root.GetProperty("config").GetProperty("digest").GetString()!)));
        List<OciLayer> layers = [];
        foreach (JsonElement layer in root.GetProperty("layers").EnumerateArray())
        {
            OciDigest blob = OciDigest.Parse(layer.GetProperty("digest").GetString()!);
            layers.Add(new OciLayer(Required(files, blob.FileName), blob, ContentOf(config, layers.Count)));
        }

        return Complete(digest, config, layers);
    }

    // What docker save writes: a configuration, and layers that its list of contents vouches for.
    private static OciManifest OfSaved(OciFiles files, JsonElement root, string? tag)
    {
        List<JsonElement> images = [.. root.EnumerateArray()];
        List<JsonElement> named = tag is null ? images : [.. images.Where(image => image.GetProperty("RepoTags").EnumerateArray().Any(name => name.GetString() is { } text && (text == tag || text.EndsWith(":" + tag, StringComparison.Ordinal))))];
        JsonElement image = One(named, tag, images.Select(other => other.TryGetProperty("RepoTags", out JsonElement tags) && tags.ValueKind == JsonValueKind.Array ? string.Join(' ', tags.EnumerateArray()) : string.Empty));
        string name = image.GetProperty("Config").GetString()!;
        byte[] text = files.TryRead(name, TextLimit) ?? throw Missing(name);
        string hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(text));
        OciConfig config = OciConfig.Parse(text);
        List<OciLayer> layers = [];
        foreach (JsonElement layer in image.GetProperty("Layers").EnumerateArray())
        {
            layers.Add(new OciLayer(Required(files, layer.GetString()!), null, ContentOf(config, layers.Count)));
        }

        return Complete(OciDigest.Parse("sha256:" + hash), config, layers);
    }

    private static OciManifest Complete(OciDigest digest, OciConfig config, List<OciLayer> layers) =>
        layers.Count > MaximumLayers ? throw OciImage.Invalid($"it has more than {MaximumLayers} layers")
        : layers.Count != config.Contents.Count ? throw OciImage.Invalid($"it has {layers.Count} layers, and its configuration names {config.Contents.Count}")
        : digest.Algorithm == "sha256" ? new OciManifest(digest, config, layers)
        : throw OciImage.Invalid("its manifest is known by another hash than SHA-256");

    private static OciDigest ContentOf(OciConfig config, int index) => index < config.Contents.Count ? config.Contents[index] : throw OciImage.Invalid($"its configuration names {config.Contents.Count} layers, and it has more");

    // By the tag where there is one; then by what runs here.
    private static JsonElement Choose(JsonElement index, string? tag, string architecture)
    {
        List<JsonElement> all = [.. index.GetProperty("manifests").EnumerateArray()];
        List<JsonElement> named = tag is null ? all : [.. all.Where(descriptor => TagOf(descriptor) is { } name && (name == tag || name.EndsWith(":" + tag, StringComparison.Ordinal)))];
        List<JsonElement> fitting = [.. named.Where(descriptor => Fits(descriptor, architecture))];
        if (fitting.Count == 0 && named.Count > 0)
        {
            throw new LxcException(LxcErrorId.ImageNotFound, $"The image is not there for {architecture}: it has {string.Join(", ", named.Select(PlatformOf))}") { Step = "image", Advice = "Choose one of them with -Architecture, or another image." };
        }

        // Of an index of architectures the first that fits is meant, of several images the one with the tag.
        bool isIndex = fitting.Count > 0 && fitting.TrueForAll(descriptor => TagOf(descriptor) is null);
        return isIndex ? fitting[0] : One(fitting, tag, all.Select(descriptor => TagOf(descriptor) ?? string.Empty));
    }

    private static JsonElement One(List<JsonElement> found, string? tag, IEnumerable<string> tags) => found.Count == 1 ? found[0]
        : throw new LxcException(LxcErrorId.ImageNotFound, found.Count == 0 ? $"There is no image{(tag is null ? string.Empty : $" with the tag '{DisplayText.Of(tag)}'")}" : $"There are {found.Count} images that could be meant")
        {
            Step = "image",
            Advice = $"Name one by its tag, behind a colon: {DisplayText.Of(string.Join(", ", tags.Where(name => name.Length > 0)))}.",
        };

    private static string? TagOf(JsonElement descriptor) =>
        descriptor.TryGetProperty("annotations", out JsonElement annotations) && annotations.TryGetProperty(TagKey, out JsonElement tag) ? tag.GetString() : null;

    private static bool Fits(JsonElement descriptor, string architecture) =>
        !descriptor.TryGetProperty("platform", out JsonElement platform) || (platform.GetProperty("os").GetString() == "linux" && OciConfig.ArchitectureOf(platform) == architecture);

    private static string PlatformOf(JsonElement descriptor) => descriptor.TryGetProperty("platform", out JsonElement platform) ? DisplayText.Of($"{platform.GetProperty("os")}/{OciConfig.ArchitectureOf(platform)}") : "none";

    private static byte[] Blob(OciFiles files, OciDigest digest)
    {
        byte[] content = files.TryRead(digest.FileName, TextLimit) ?? throw Missing(digest.FileName);
        using MemoryStream stream = new(content);
        return digest.IsOf(stream) ? content : throw OciImage.Invalid($"its file {digest.FileName} is not what its name says");
    }

    private static string Required(OciFiles files, string name) => files.Find(name) ?? throw Missing(name);

    private static LxcException Missing(string name) => OciImage.Invalid($"its file '{DisplayText.Of(name)}' is missing");
}
