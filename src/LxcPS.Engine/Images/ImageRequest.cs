namespace LxcPS.Engine.Images;

/// <summary>What image is wanted, as a user says it: a template and what it is told.</summary>
public sealed record ImageRequest
{
    /// <summary>The templates that make images.</summary>
    public static IReadOnlyList<string> Templates { get; } = ["Debian", "Ubuntu", "Image"];

    /// <summary>One of <see cref="Templates"/>, in any case.</summary>
    public required string Template { get; init; }

    /// <summary>The name or fingerprint of an image of the store; for the template Image alone.</summary>
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

    /// <summary>Whether a template makes images.</summary>
    public static bool IsTemplate(string template) => Templates.Contains(template, StringComparer.OrdinalIgnoreCase);

    /// <summary>The image, made or fetched where the store does not have it.</summary>
    /// <param name="store">The images there are.</param>
    /// <param name="context">The caller.</param>
    /// <param name="renew">Whether it is made again though there is one.</param>
    /// <exception cref="LxcException">ConfigInvalidValue: a part of the request that this template has no use for; or as <see cref="ImageSource.Obtain"/>.</exception>
    public ImageInfo Obtain(ImageStore store, ImageContext context, bool renew = false)
    {
        switch (Template.ToLowerInvariant())
        {
            case "debian" or "ubuntu":
                Refuse(Image, "-Image");
                return new DebianImage(this).Obtain(store, context, renew);
            default:
                Refuse(Release, "-Release");
                Refuse(Architecture, "-Architecture");
                Refuse(Variant, "-Variant");
                Refuse(Mirror, "-Mirror");
                Refuse(Packages.Count > 0 ? Packages[0] : null, "-Package");
                return store.Get(Image ?? throw new LxcException(LxcErrorId.ImageNotFound, "The template Image needs the name of an image")
                {
                    Advice = "Name one with -Image: Get-LxcImage lists those that are there.",
                });
        }
    }

    private void Refuse(string? value, string parameter)
    {
        if (value is not null)
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The template {Template} has no use for {parameter}") { Advice = $"Leave {parameter} out." };
        }
    }
}
