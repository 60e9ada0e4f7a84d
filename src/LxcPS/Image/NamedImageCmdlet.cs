using System.Management.Automation;
using LxcPS.Engine.Images;

namespace LxcPS.Commands;

/// <summary>What cmdlets for images that are there share: names, patterns and fingerprints, or objects from the pipeline.</summary>
public abstract class NamedImageCmdlet : ImageCmdlet
{
    private protected const string NameSet = "Name";
    private protected const string ObjectSet = "InputObject";

    /// <summary>Names of images, of which the end may be left out (debian/bookworm), patterns, or the beginnings of fingerprints.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = NameSet)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ImageCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Images from Get-LxcImage.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ObjectSet)]
    public LxcImage[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == ObjectSet)
        {
            foreach (LxcImage image in InputObject)
            {
                Act(image.Store, image.Info);
            }

            return;
        }

        if (FindImages() is not { } store)
        {
            return;
        }

        foreach (string name in Name)
        {
            Try(name, () =>
            {
                foreach (ImageInfo image in Select(store, name))
                {
                    Act(store, image);
                }
            });
        }
    }

    /// <summary>The images that a name or pattern means: of a pattern there may be none.</summary>
    internal static IReadOnlyList<ImageInfo> Select(ImageStore store, string name)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(name))
        {
            return [store.Get(name)];
        }

        WildcardPattern pattern = new(name, WildcardOptions.IgnoreCase);
        return [.. store.List().Where(image => pattern.IsMatch(image.Name) || pattern.IsMatch(image.Fingerprint))];
    }

    private protected abstract void Act(ImageStore store, ImageInfo image);
}
