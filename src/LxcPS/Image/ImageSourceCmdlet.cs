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

    internal ImageRequest RequestOf(string template, string? image) => new()
    {
        Template = template,
        Image = image,
        Release = Release,
        Architecture = Architecture,
        Variant = Variant,
        Mirror = Mirror,
        Packages = Package,
    };
}
