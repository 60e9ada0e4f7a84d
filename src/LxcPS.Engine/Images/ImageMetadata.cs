using System.Globalization;
using LxcPS.Native;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace LxcPS.Engine.Images;

/// <summary>Read where the archive is unpacked, not in the session. The metadata.yaml of an image of LXC's and Incus' kind (Incus, "Image format").</summary>
/// <param name="Name">What the image is called.</param>
/// <param name="Description">What its maker says of it.</param>
/// <param name="Created">When it was made; null where it does not say.</param>
internal sealed record ImageMetadata(ImageName Name, string Description, DateTimeOffset? Created)
{
    /// <summary>The files that its containers get at their creation.</summary>
    internal IReadOnlyList<ImageFile> Files { get; init; } = [];

    /// <summary>Those that they do not get, a sentence each.</summary>
    internal IReadOnlyList<string> Unwritten { get; init; } = [];

    internal const string FileName = "metadata.yaml";

    private const int MaximumLength = 1 << 20;

    /// <summary>Reads the file in a directory into which an image's archive was unpacked; null where there is none.</summary>
    /// <exception cref="LxcException">ImageInvalid.</exception>
    internal static ImageMetadata? TryRead(string directory)
    {
        string? text = TryReadText(directory);
        if (text is null)
        {
            return null;
        }

        try
        {
            YamlStream stream = [];
            stream.Load(new StringReader(text));
            return stream.Documents.Count > 0 && stream.Documents[0].RootNode is YamlMappingNode root ? Of(root)
                : throw new LxcException(LxcErrorId.ImageInvalid, $"The {FileName} of the image holds no mapping") { Advice = "Have the image made again." };
        }
        catch (YamlException e)
        {
            throw new LxcException(LxcErrorId.ImageInvalid, $"The {FileName} of the image cannot be read: line {e.Start.Line}: {e.Message}", e) { Advice = "Have the image made again." };
        }
    }

    /// <summary>Writes the files into the root file system beside it; what it is then.</summary>
    /// <param name="directory">The directory into which the archive was unpacked.</param>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal ImageMetadata WithFilesWritten(string directory) => this with
    {
        Unwritten = [.. Files.Select(file => (file.Path, Why: file.Write(directory))).Where(file => file.Why is not null)
            .Select(file => $"Did not write /{DisplayText.Of(file.Path)}, which the image has a template of: {file.Why}")],
    };

    /// <summary>As the fields of a report line.</summary>
    internal string[] ToFields() => [Name.ToString(), Description, Created?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) ?? string.Empty, .. Unwritten];

    /// <summary>Reads what <see cref="ToFields"/> made.</summary>
    internal static ImageMetadata OfFields(ReadOnlySpan<string> fields) => new(ImageName.Parse(fields[0]), fields[1], CreatedOf(fields[2])) { Unwritten = fields[3..].ToArray() };

    private static ImageMetadata Of(YamlMappingNode root)
    {
        YamlMappingNode properties = root.Children.TryGetValue("properties", out YamlNode? node) && node is YamlMappingNode mapping ? mapping : [];
        string distribution = Text(properties, "os") ?? Text(properties, "distribution") ?? "image";
        ImageName name = new(Plain(distribution.ToLowerInvariant(), "image"), Plain(Text(properties, "release"), string.Empty),
            ImageArchitecture.Of(Plain(Text(properties, "architecture") ?? Text(root, "architecture"), ImageArchitecture.OfHost)), Plain(Text(properties, "variant"), "default"));
        return new ImageMetadata(name, Text(properties, "description") ?? string.Empty, CreatedOf(Text(root, "creation_date")))
        {
            Files = root.Children.TryGetValue("templates", out YamlNode? templates) && templates is YamlMappingNode files ? [.. files.Children.Select(FileOf).OfType<ImageFile>()] : [],
        };
    }

    // Those of later occasions, a copy or a start, are none of a creation.
    private static ImageFile? FileOf(KeyValuePair<YamlNode, YamlNode> entry) =>
        entry is { Key: YamlScalarNode { Value: { Length: > 1 } path }, Value: YamlMappingNode file } && Text(file, "template") is { } template
            && file.Children.TryGetValue("when", out YamlNode? when) && when is YamlSequenceNode occasions && occasions.Any(occasion => occasion is YamlScalarNode { Value: "create" })
        ? new ImageFile(path.TrimStart('/'), template, Text(file, "create_only") == "true", file.Children.TryGetValue("properties", out YamlNode? properties) && properties is YamlMappingNode all
            ? all.Children.Where(property => property.Key is YamlScalarNode && property.Value is YamlScalarNode).ToDictionary(property => ((YamlScalarNode)property.Key).Value!, property => ((YamlScalarNode)property.Value).Value ?? string.Empty)
            : new Dictionary<string, string>())
        : null;

    private static DateTimeOffset? CreatedOf(string? seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value < DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(value) : null;

    private static string? Text(YamlMappingNode node, string key) => node.Children.TryGetValue(key, out YamlNode? value) && value is YamlScalarNode scalar ? scalar.Value : null;

    // What stands in a name: no slash, and nothing that a terminal would take for more than a letter.
    private static string Plain(string? text, string otherwise)
    {
        string kept = string.Concat((text ?? string.Empty).Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or '+')).TrimStart('.', '-', '_', '+');
        return kept.Length > 0 ? kept : otherwise;
    }

    // A link or a device in its place is the archive's, and not to be followed.
    private static string? TryReadText(string directory)
    {
        int parent = Descriptors.Open(directory, OpenFlags.Path | OpenFlags.Directory);
        int file = -1;
        try
        {
            if (!FileTree.TryStatus(parent, FileName, false, out FileStatus status))
            {
                return null;
            }

            if (!status.IsRegular || status.Size > MaximumLength)
            {
                throw new LxcException(LxcErrorId.ImageInvalid, $"The {FileName} of the image is no ordinary file, or longer than {MaximumLength} bytes") { Advice = "Have the image made again." };
            }

            file = Descriptors.OpenAt(parent, FileName, OpenFlags.ReadOnly | OpenFlags.NoFollow);
            return Descriptors.ReadText($"/proc/self/fd/{file}");
        }
        finally
        {
            Descriptors.Close(file);
            Descriptors.Close(parent);
        }
    }
}
