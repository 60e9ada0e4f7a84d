using System.Buffers;
using System.Text.Json;

namespace LxcPS.Engine.Images;

/// <summary>What is known of an image: a root file system that any number of containers are laid over.</summary>
public sealed record ImageInfo
{
    /// <summary>The SHA-256 of what it was made from, in hexadecimal digits: the archive, or the program's output.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>What it is called, in parts.</summary>
    public required ImageName NameParts { get; init; }

    /// <summary>What its maker says of it.</summary>
    public string Description { get; init; } = string.Empty;

    /// <summary>When its maker made it, or when it came where the maker does not say.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it came into the store.</summary>
    public DateTimeOffset Added { get; init; }

    /// <summary>What it takes on disk, in bytes, counted when it came.</summary>
    public long Size { get; init; }

    /// <summary>Where it came from: an address or a path.</summary>
    public string Source { get; init; } = string.Empty;

    /// <summary>What was asked for when it was made, see <see cref="ImageSource.Key"/>: the same again is answered by this image.</summary>
    public string Key { get; init; } = string.Empty;

    /// <summary>Keys and values for the configuration of its containers, such as the program of an application's image.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>What was changed in it so that it boots in a container, with the reason, a line each.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>The name that it is found by: <c>debian/bookworm/amd64/default</c>.</summary>
    public string Name => NameParts.ToString();

    internal byte[] ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("distribution", NameParts.Distribution);
        writer.WriteString("release", NameParts.Release);
        writer.WriteString("architecture", NameParts.Architecture);
        writer.WriteString("variant", NameParts.Variant);
        writer.WriteString("description", Description);
        writer.WriteString("created", Created);
        writer.WriteString("added", Added);
        writer.WriteNumber("size", Size);
        writer.WriteString("source", Source);
        writer.WriteString("key", Key);
        writer.WriteStartArray("settings");
        foreach ((string key, string value) in Settings)
        {
            writer.WriteStringValue($"{key} = {value}");
        }

        writer.WriteEndArray();
        writer.WriteStartArray("changes");
        foreach (string change in Changes)
        {
            writer.WriteStringValue(change);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is something else, or misses a property.</exception>
    internal static ImageInfo FromJson(string fingerprint, string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            return new ImageInfo
            {
                Fingerprint = fingerprint,
                NameParts = new ImageName(Text("distribution"), Text("release"), Text("architecture"), Text("variant")),
                Description = Text("description"),
                Created = root.GetProperty("created").GetDateTimeOffset(),
                Added = root.GetProperty("added").GetDateTimeOffset(),
                Size = root.GetProperty("size").GetInt64(),
                Source = Text("source"),
                Key = Text("key"),
                Settings = [.. root.GetProperty("settings").EnumerateArray().Select(line => SettingOf(line.GetString()!))],
                Changes = [.. root.GetProperty("changes").EnumerateArray().Select(line => line.GetString()!)],
            };

            string Text(string name) => root.GetProperty(name).GetString()!;
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static KeyValuePair<string, string> SettingOf(string line)
    {
        int equals = line.IndexOf(" = ", StringComparison.Ordinal);
        return equals < 0 ? throw new FormatException($"'{line}' is no setting") : new(line[..equals], line[(equals + 3)..]);
    }
}
