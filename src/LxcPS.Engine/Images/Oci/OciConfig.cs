using System.Buffers;
using System.Text.Json;

namespace LxcPS.Engine.Images;

/// <summary>The configuration of an image (OCI image specification, "Image configuration").</summary>
internal sealed record OciConfig
{
    /// <summary>Debian's name of the architecture.</summary>
    internal required string Architecture { get; init; }

    /// <summary>What its layers are when they are decompressed, the lowest first.</summary>
    internal required IReadOnlyList<OciDigest> Contents { get; init; }

    internal DateTimeOffset? Created { get; init; }

    /// <summary>The entry point and its usual arguments.</summary>
    internal IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>NAME=value.</summary>
    internal IReadOnlyList<string> Environment { get; init; } = [];

    internal string WorkingDirectory { get; init; } = string.Empty;

    /// <summary>Names or numbers: <c>user</c> or <c>user:group</c>.</summary>
    internal string User { get; init; } = string.Empty;

    internal string StopSignal { get; init; } = string.Empty;

    /// <summary>Directories that are meant to be kept elsewhere.</summary>
    internal IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>Ports that it serves: <c>80/tcp</c>.</summary>
    internal IReadOnlyList<string> Ports { get; init; } = [];

    /// <exception cref="LxcException">ImageInvalid: not for Linux.</exception>
    /// <exception cref="JsonException">As the others that JsonElement throws: it is none.</exception>
    internal static OciConfig Parse(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        if (root.GetProperty("os").GetString() is var system && system != "linux")
        {
            throw OciImage.Invalid($"it is for {DisplayText.Of(system ?? "nothing")}, not for linux");
        }

        JsonElement config = root.TryGetProperty("config", out JsonElement given) && given.ValueKind == JsonValueKind.Object ? given : default;
        return new OciConfig
        {
            Architecture = ArchitectureOf(root),
            Contents = [.. root.GetProperty("rootfs").GetProperty("diff_ids").EnumerateArray().Select(digest => OciDigest.Parse(digest.GetString()!))],
            Created = root.TryGetProperty("created", out JsonElement created) && created.ValueKind == JsonValueKind.String && created.TryGetDateTimeOffset(out DateTimeOffset time) ? time : null,
            Command = [.. Texts(config, "Entrypoint"), .. Texts(config, "Cmd")],
            Environment = Texts(config, "Env"),
            WorkingDirectory = Text(config, "WorkingDir"),
            User = Text(config, "User"),
            StopSignal = Text(config, "StopSignal"),
            Volumes = Names(config, "Volumes"),
            Ports = Names(config, "ExposedPorts"),
        };
    }

    /// <summary>As the file of an image; the program whole as the entry point.</summary>
    internal byte[] ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        if (Created is { } created)
        {
            writer.WriteString("created", created);
        }

        writer.WriteString("architecture", GoNameOf(Architecture));
        if (Architecture is "armhf" or "armel")
        {
            writer.WriteString("variant", Architecture == "armhf" ? "v7" : "v6");
        }

        writer.WriteString("os", "linux");
        writer.WriteStartObject("config");
        Write(writer, "User", User);
        Write(writer, "Env", Environment);
        Write(writer, "Entrypoint", Command);
        Write(writer, "WorkingDir", WorkingDirectory);
        Write(writer, "StopSignal", StopSignal);
        WriteNames(writer, "Volumes", Volumes);
        WriteNames(writer, "ExposedPorts", Ports);
        writer.WriteEndObject();
        writer.WriteStartObject("rootfs");
        writer.WriteString("type", "layers");
        Write(writer, "diff_ids", [.. Contents.Select(digest => digest.ToString())]);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Debian's name of the architecture that an object names as Go does.</summary>
    internal static string ArchitectureOf(JsonElement element) => element.GetProperty("architecture").GetString() switch
    {
        "386" => "i386",
        "arm" => Text(element, "variant") is "v5" or "v6" ? "armel" : "armhf",
        "mips64le" => "mips64el",
        string other => ImageArchitecture.Of(other),
        null => throw new FormatException("there is no architecture"),
    };

    /// <summary>Go's name of an architecture.</summary>
    internal static string GoNameOf(string architecture) => architecture switch { "i386" => "386", "armhf" or "armel" => "arm", "ppc64el" => "ppc64le", "mips64el" => "mips64le", _ => architecture };

    private static void Write(Utf8JsonWriter writer, string name, string text)
    {
        if (text.Length > 0)
        {
            writer.WriteString(name, text);
        }
    }

    private static void Write(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count > 0)
        {
            writer.WriteStartArray(name);
            foreach (string text in texts)
            {
                writer.WriteStringValue(text);
            }

            writer.WriteEndArray();
        }
    }

    // The names are what counts: each has an empty object.
    private static void WriteNames(Utf8JsonWriter writer, string name, IReadOnlyList<string> names)
    {
        if (names.Count > 0)
        {
            writer.WriteStartObject(name);
            foreach (string one in names)
            {
                writer.WriteStartObject(one);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }
    }

    private static string Text(JsonElement element, string name) => Find(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : string.Empty;

    private static List<string> Texts(JsonElement element, string name) => Find(element, name) is { ValueKind: JsonValueKind.Array } value ? [.. value.EnumerateArray().Select(item => item.GetString() ?? string.Empty)] : [];

    private static List<string> Names(JsonElement element, string name) => Find(element, name) is { ValueKind: JsonValueKind.Object } value ? [.. value.EnumerateObject().Select(item => item.Name)] : [];

    private static JsonElement? Find(JsonElement element, string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : null;
}
