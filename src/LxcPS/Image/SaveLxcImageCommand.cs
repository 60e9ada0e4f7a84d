using System.Management.Automation;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>Makes or fetches images, for containers to be laid over.</summary>
[Cmdlet(VerbsData.Save, "LxcImage", SupportsShouldProcess = true)]
[OutputType(typeof(LxcImage))]
public sealed class SaveLxcImageCommand : ImageSourceCmdlet
{
    /// <summary>The template that makes it: Debian, Ubuntu.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(ImageWordCompleter))]
    [ValidateNotNullOrEmpty]
    public string Template { get; set; } = string.Empty;

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
        if (ShouldProcess(store.Path, $"Save image of template {Template}")
            && TryWithProgress(Template, $"Image of template {Template}", progress => image = RequestOf(Template, null).Obtain(store, ContextOf(progress), Force)))
        {
            WriteObject(new LxcImage(store, image!));
        }
    }
}
