using LxcPS.Engine.Templates;

namespace LxcPS.Engine.Images;

/// <summary>What image is wanted, as a user says it: a template and what it is told.</summary>
public sealed record ImageRequest
{
    /// <summary>The templates that make images.</summary>
    public static IReadOnlyList<string> Templates { get; } = [.. TemplateInfo.Named.Where(row => row.Kind == TemplateKind.Image).Select(row => row.Name)];

    /// <summary>One of <see cref="Templates"/>, in any case.</summary>
    public required string Template { get; init; }

    /// <summary>
    /// For the template Image the name or fingerprint of an image of the store, or the name of one that a server has; for Oci where the image is, see <see cref="OciImage"/>.
    /// </summary>
    public string? Image { get; init; }

    /// <summary>The release of the distribution, or null for its stable one.</summary>
    public string? Release { get; init; }

    /// <summary>The architecture, or null for the host's.</summary>
    public string? Architecture { get; init; }

    /// <summary>The variant, or null for the usual one.</summary>
    public string? Variant { get; init; }

    /// <summary>The address of the distribution's packages, or null for its own.</summary>
    public string? Mirror { get; init; }

    /// <summary>Packages that the image has beside the usual ones.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>The image server, or null for <see cref="ImageServer.Default"/> where the store does not have the image.</summary>
    public string? Server { get; init; }

    /// <summary>The file of the keys that must have signed what the server has, an absolute path; or null.</summary>
    public string? Keyring { get; init; }

    /// <summary>Whether a template makes images.</summary>
    public static bool IsTemplate(string template) => Templates.Contains(template, StringComparer.OrdinalIgnoreCase);

    /// <summary>The image, made or fetched where the store does not have it.</summary>
    /// <param name="store">The images there are.</param>
    /// <param name="context">The caller.</param>
    /// <param name="renew">Whether it is made again though there is one.</param>
    /// <exception cref="LxcException">ConfigInvalidValue: a part of the request that this template has no use for; or as <see cref="ImageSource.Obtain"/>.</exception>
    public ImageInfo Obtain(ImageStore store, ImageContext context, bool renew = false)
    {
        string template = Template.ToLowerInvariant();
        bool isDistribution = template is "debian" or "ubuntu";
        Refuse(!isDistribution, Release, "-Release");
        Refuse(!isDistribution, Variant, "-Variant");
        Refuse(!isDistribution, Mirror, "-Mirror");
        Refuse(!isDistribution, Packages.Count > 0 ? Packages[0] : null, "-Package");
        Refuse(isDistribution, Image, "-Image");
        Refuse(template == "image", Architecture, "-Architecture");
        Refuse(template != "image", Server, "-Server");
        Refuse(template != "image", Keyring, "-Keyring");
        if (isDistribution)
        {
            return new DebianImage(this).Obtain(store, context, renew);
        }

        string image = Image ?? throw new LxcException(LxcErrorId.ImageNotFound, $"The template {Template} needs the name of an image")
        {
            Advice = template == "oci" ? "Name one with -Image: a directory or archive, or docker:// and a name." : "Name one with -Image: Get-LxcImage lists those that are there, Find-LxcImage those of a server.",
        };
        if (template == "oci")
        {
            return OciImage.Of(image, null, Architecture).Obtain(store, context, renew);
        }

        if (Server is null && Keyring is null && !renew && store.Find(image) is { } there)
        {
            return there;
        }

        try
        {
            return new ServerImage(Server ?? ImageServer.Default, image, Keyring).Obtain(store, context, renew);
        }
        catch (LxcException e) when (Server is null && e.ErrorId == LxcErrorId.DownloadFailed)
        {
            // Nobody asked for that server.
            throw new LxcException(LxcErrorId.ImageNotFound, $"There is no image '{DisplayText.Of(image)}' in '{DisplayText.Of(store.Path)}', and it cannot be fetched: {e.Message}", e)
            {
                Path = store.Path,
                Advice = $"Get-LxcImage lists those that are there. {e.Advice}",
            };
        }
    }

    private void Refuse(bool isForeign, string? value, string parameter)
    {
        if (isForeign && value is not null)
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The template {Template} has no use for {parameter}") { Advice = $"Leave {parameter} out." };
        }
    }
}
