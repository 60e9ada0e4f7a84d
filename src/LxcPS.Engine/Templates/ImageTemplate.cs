using LxcPS.Engine.Copying;
using LxcPS.Engine.Images;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Templates;

/// <summary>Lays an overlay over an image of the store: the container's writes go to its own directory, the image serves any number of containers.</summary>
public sealed class ImageTemplate : RootfsTemplate
{
    private readonly ImageStore store;
    private readonly ImageInfo image;

    internal ImageTemplate(ImageStore store, ImageInfo image)
    {
        this.store = store;
        this.image = image;
    }

    /// <inheritdoc/>
    public override TemplateKind Kind => TemplateKind.Image;

    /// <summary>The directory of the image's root file system.</summary>
    internal string Source => store.RootfsOf(image);

    /// <summary>What a root file system made from the image needs to be a container's.</summary>
    /// <param name="settings">What its place asks for.</param>
    internal TemplateResult Describe(IReadOnlyList<KeyValuePair<string, string>> settings) =>
        new([.. settings, .. image.Settings], []) { Notes = [$"Made from the image {image.Name}, {image.Fingerprint}", .. image.Changes] };

    private protected override TemplateResult Make(TemplateContext context)
    {
        store.Keep(image, Path.GetDirectoryName(context.ContainerDirectory)!, context.ContainerName);
        Dependents.WriteNeeds(context.ContainerDirectory, [(store.Path, image.Fingerprint)]);
        TemplateResult laid = new DirectoryTemplate(Source).Build(context);
        string writes = $"{context.ContainerDirectory}/overlay/delta";
        new CopiedIdentity(Source, writes).Name(context.HostName);
        return Describe(laid.Settings);
    }
}
