using System.Security.Cryptography;
using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>
/// An image of OCI's or docker's kind: a layout, an archive, or what skopeo(1) fetches. Its layers become one root file system, what it says of its program
/// becomes configuration.
/// </summary>
public sealed class OciImage : ImageSource
{
    private static readonly string[] Variables = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "HOME", "XDG_RUNTIME_DIR", "REGISTRY_AUTH_FILE"];

    private readonly OciReference reference;
    private readonly string text;
    private readonly string architecture;
    private readonly ImageName? name;
    private readonly string identity;

    private OciImage(OciReference reference, string text, string architecture, ImageName? name)
    {
        this.reference = reference;
        this.text = text;
        this.architecture = architecture;
        this.name = name;

        // A file under the same name may be another tomorrow; what a registry has is asked for anew by -Force.
        identity = reference.Path is not { } path ? reference.Remote!
            : $"{ImageFingerprint.OfFile(Directory.Exists(path) ? path + "/index.json" : path)} {reference.Tag}";
    }

    /// <inheritdoc/>
    public override string Key => $"oci {identity} {architecture}{(name is null ? string.Empty : $" {name}")}";

    /// <summary>Names an image.</summary>
    /// <param name="reference">The directory of a layout or an archive, with or without a tag behind a colon, as a path or as skopeo writes it; or docker:// and a name.</param>
    /// <param name="name">What it is to be called instead of what it is called there, or null.</param>
    /// <param name="architecture">The architecture, or null for the host's.</param>
    /// <exception cref="LxcException">ImageNotFound, InvalidName, or TemplateFailed: it cannot be read.</exception>
    public static OciImage Of(string reference, string? name, string? architecture) => new(OciReference.Parse(reference), reference, ImageArchitecture.Of(architecture ?? ImageArchitecture.OfHost), name is null ? null : ImageName.Parse(name));

    /// <summary>Whether a reference is a path, with or without a tag, rather than something of a registry.</summary>
    public static bool IsPath(string reference) => OciReference.IsPath(reference);

    /// <summary>Whether a file is an archive of such an image, and not of a root file system.</summary>
    public static bool IsArchive(string path) => OciFiles.IsImageArchive(path);

    /// <summary>The error of an image that is not what it should be.</summary>
    internal static LxcException Invalid(string why, Exception? cause = null) => new(LxcErrorId.ImageInvalid, $"The image cannot be used: {why}", cause) { Step = "image", Advice = "Have the image made or fetched again." };

    private protected override ImageInfo Make(ImageBuild build, ImageContext context)
    {
        string work = $"{build.Directory}/oci";
        FileTree.MakeDirectory(Descriptors.CurrentDirectory, work, 0x1C0 /* 0700 */);
        OciManifest manifest = OciManifest.Find(Files(work, context), reference.Tag, architecture);
        if (manifest.Config.Architecture != architecture)
        {
            throw new LxcException(LxcErrorId.ImageNotFound, $"The image is not there for {architecture}: it is for {manifest.Config.Architecture}") { Step = "image", Advice = $"Give -Architecture {manifest.Config.Architecture} to have it all the same, or choose another image." };
        }

        for (int i = 0; i < manifest.Layers.Count; i++)
        {
            context.Progress($"Checking layer {i + 1} of {manifest.Layers.Count}", -1);
            Check(manifest.Layers[i]);
            MappedFiles.UnpackLayer(context.Helper, manifest.Layers[i].Path, build.Directory, context.Progress, context.CancellationToken);
        }

        build.WriteConfig(manifest.Config);
        return new ImageInfo
        {
            Fingerprint = manifest.Digest.Hex,
            NameParts = name ?? NameOf(manifest.Config.Architecture),
            Description = $"{DisplayText.Of(text)} for {manifest.Config.Architecture}",
            Created = manifest.Config.Created ?? DateTimeOffset.UtcNow,
            Source = text,
        };
    }

    private OciFiles Files(string work, ImageContext context)
    {
        if (reference.Path is { } path)
        {
            return Directory.Exists(path) ? OciFiles.OfDirectory(path) : OciFiles.OfArchive(path, work, context);
        }

        string program = HostPrograms.Find("skopeo")
            ?? throw new LxcException(LxcErrorId.TemplateFailed, $"The image {text} cannot be fetched: the program skopeo is not there") { Step = "image", Advice = "Install it: apt-get install skopeo; or give a layout or an archive." };
        context.Progress($"Fetching {reference.Remote}", -1);
        ProgramResult result = ChildProgram.Run(program, ["skopeo", "copy", "--quiet", "--override-os", "linux", "--override-arch", OciConfig.GoNameOf(architecture), reference.Remote!, $"oci:{work}:image"], -1, int.MaxValue,
            context.CancellationToken, null, [.. Variables.Where(variable => Environment.GetEnvironmentVariable(variable) is not null).Select(variable => $"{variable}={Environment.GetEnvironmentVariable(variable)}"), $"TMPDIR={work}"]);
        return result.Exit.ExitCode == 0 ? OciFiles.OfDirectory(work)
            : result.Error.Contains("no space left on device", StringComparison.OrdinalIgnoreCase) ? throw StorageError.Of(new LinuxException("skopeo", Errno.ENOSPC, work), $"The image {text} cannot be fetched")
            : throw new LxcException(LxcErrorId.DownloadFailed, $"The image {DisplayText.Of(text)} cannot be fetched: skopeo ended with {result.Exit.ExitCode}: {DisplayText.Of(result.Error.Split('\n')[^1])}")
            {
                Step = "image",
                Advice = "See that the name is right, that the network reaches the registry, and that skopeo login was done where it asks for credentials.",
            };
    }

    private static void Check(OciLayer layer)
    {
        using FileStream file = new(layer.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 17, FileOptions.SequentialScan);
        if (!(layer.Digest ?? layer.ContentDigest).IsOf(file))
        {
            throw Invalid($"a layer is not what its digest says, {layer.Digest ?? layer.ContentDigest}");
        }
    }

    // What stands before the tag, without the registry; letters that no name has are left out.
    private ImageName NameOf(string architectureOfImage)
    {
        string last = (reference.Path ?? reference.Remote!.Split('@')[0]).TrimEnd('/').Split('/')[^1];
        string[] parts = reference.Path is null ? last.Split(':') : [last.Split('.')[0], .. reference.Tag is null ? (string[])[] : [reference.Tag.Split(':')[^1]]];
        string distribution = Plain(parts[0].ToLowerInvariant());
        string release = parts.Length > 1 ? Plain(parts[1]) : string.Empty;
        return new ImageName(distribution.Length > 0 ? distribution : "image", release, architectureOfImage, "oci");
    }

    private static string Plain(string part) => string.Concat(part.Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or '+')).TrimStart('.', '-', '_', '+');
}
