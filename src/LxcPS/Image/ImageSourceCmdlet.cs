using System.Management.Automation;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>What cmdlets that make or fetch images share: what the templates are told.</summary>
public abstract class ImageSourceCmdlet : ImageCmdlet
{
    /// <summary>The release of the distribution: bookworm, noble. The default is the stable one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageWordCompleter))]
    public string? Release { get; set; }

    /// <summary>The architecture: amd64, arm64. The default is the host's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageWordCompleter))]
    public string? Architecture { get; set; }

    /// <summary>The variant: default; of Debian and Ubuntu also mmdebstrap's, such as minbase, apt or standard.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageWordCompleter))]
    public string? Variant { get; set; }

    /// <summary>The address of the distribution's packages.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Mirror { get; set; }

    /// <summary>Packages that the image has beside the usual ones.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Package { get; set; } = [];

    /// <summary>The image server. Without it, where the store does not have the image, https://images.linuxcontainers.org.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageWordCompleter))]
    public string? Server { get; set; }

    /// <summary>The file of the keys that must have signed what the image server has; gpgv checks that. Without it hashes alone are checked.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Keyring { get; set; }

    internal ImageRequest RequestOf(string template, string? image) => new()
    {
        Template = template,
        Image = image is not null && template.Equals("Oci", StringComparison.OrdinalIgnoreCase) && OciImage.IsPath(image) ? FilePathOf(image) : image,
        Release = Release,
        Architecture = Architecture,
        Variant = Variant,
        Mirror = Mirror,
        Packages = Package,
        Server = Server,
        Keyring = Keyring is null ? null : FilePathOf(Keyring),
    };
}
