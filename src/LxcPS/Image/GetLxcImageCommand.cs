using System.Management.Automation;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>Gets the images that are there.</summary>
[Cmdlet(VerbsCommon.Get, "LxcImage")]
[OutputType(typeof(LxcImage))]
public sealed class GetLxcImageCommand : ImageCmdlet
{
    /// <summary>Names of images, of which the end may be left out (debian/bookworm), patterns, or the beginnings of fingerprints; all without it.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindImages() is not { } store)
        {
            return;
        }

        foreach (string name in Name)
        {
            Try(name, () =>
            {
                foreach (ImageInfo image in NamedImageCmdlet.Select(store, name))
                {
                    WriteObject(new LxcImage(store, image));
                }
            });
        }
    }
}
