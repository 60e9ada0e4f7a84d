using System.Management.Automation;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>Makes or fetches images, for containers to be laid over.</summary>
[Cmdlet(VerbsData.Save, "LxcImage", SupportsShouldProcess = true)]
[OutputType(typeof(LxcImage))]
public sealed class SaveLxcImageCommand : ImageSourceCmdlet
{
    /// <summary>The template that makes it: Debian, Ubuntu, Image (of an image server) or Oci.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ImageWordCompleter))]
    [ValidateNotNullOrEmpty]
    public string Template { get; set; } = string.Empty;

    /// <summary>Which one: of the template Image the name of an image of the server, of Oci a layout, an archive, or docker:// and a name.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Image { get; set; }

    /// <summary>Makes or fetches it again, though it is there: the new one is what the next containers get.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindImages() is not { } store)
        {
            return;
        }

        ImageInfo? image = null;
        string what = Image ?? Template;
        if (ShouldProcess(store.Path, $"Save image {(Image is null ? "of template " : string.Empty)}{what}")
            && TryWithProgress(what, $"Image {what}", progress => image = RequestOf(Template, Image).Obtain(store, ContextOf(progress), Force)))
        {
            WriteObject(new LxcImage(store, image!));
        }
    }
}
