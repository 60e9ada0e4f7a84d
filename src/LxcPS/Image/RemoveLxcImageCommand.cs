using System.Management.Automation;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>Removes images that no container is laid over.</summary>
[Cmdlet(VerbsCommon.Remove, "LxcImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = NameSet)]
[OutputType(typeof(void))]
public sealed class RemoveLxcImageCommand : NamedImageCmdlet
{
    private protected override void Act(ImageStore store, ImageInfo image)
    {
        if (ShouldProcess($"{image.Name} ({image.Fingerprint[..12]})", "Remove image"))
        {
            Try(image.Name, () => store.Remove(image, StopToken));
        }
    }
}
