namespace LxcPS.Engine.Images;

/// <summary>Where an image of OCI's kind is.</summary>
/// <param name="Path">The directory of a layout, or an archive; null where skopeo fetches it.</param>
/// <param name="Tag">The tag in it, or null.</param>
/// <param name="Remote">What skopeo calls it, or null.</param>
internal sealed record OciReference(string? Path, string? Tag, string? Remote)
{
    private static readonly string[] LocalTransports = ["oci:", "oci-archive:", "docker-archive:"];

    /// <summary>
    /// Reads <c>oci:DIRECTORY[:TAG]</c>, <c>oci-archive:FILE[:TAG]</c>, <c>docker-archive:FILE[:TAG]</c>, a path with or without a tag, or what skopeo(1) takes:
    /// <c>docker://NAME[:TAG]</c>. A name alone is one of a registry.
    /// </summary>
    /// <exception cref="LxcException">ImageNotFound: no such file.</exception>
    internal static OciReference Parse(string text)
    {
        string? transport = Array.Find(LocalTransports, prefix => text.StartsWith(prefix, StringComparison.Ordinal));
        string rest = text[(transport?.Length ?? 0)..];
        if (transport is null && !IsPath(rest))
        {
            return new OciReference(null, null, text.Contains(":/", StringComparison.Ordinal) || text.StartsWith("docker-daemon:", StringComparison.Ordinal) || text.StartsWith("containers-storage:", StringComparison.Ordinal) ? text : "docker://" + text);
        }

        if (Exists(rest))
        {
            return new OciReference(System.IO.Path.GetFullPath(rest), null, null);
        }

        // A path may have a colon, a tag may not; a tag of docker's has a colon itself: archive.tar:name:tag.
        for (int colon = rest.LastIndexOf(':'); colon > 0; colon = rest.LastIndexOf(':', colon - 1))
        {
            if (Exists(rest[..colon]))
            {
                return new OciReference(System.IO.Path.GetFullPath(rest[..colon]), rest[(colon + 1)..], null);
            }
        }

        throw new LxcException(LxcErrorId.ImageNotFound, $"There is no image at '{DisplayText.Of(rest)}'")
        {
            Step = "image",
            Path = rest,
            Advice = "Give the path of an OCI layout, of an archive of skopeo, podman save or docker save, or docker:// and a name.",
        };
    }

    /// <summary>Whether a text names a file rather than something of a registry.</summary>
    internal static bool IsPath(string text) => text.StartsWith('/') || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal) || text is "." or "..";

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
