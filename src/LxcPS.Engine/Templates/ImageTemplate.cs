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

    private protected override TemplateResult Make(TemplateContext context)
    {
        store.Keep(image, Path.GetDirectoryName(context.ContainerDirectory)!, context.ContainerName);
        Dependents.WriteNeeds(context.ContainerDirectory, [(store.Path, image.Fingerprint)]);
        TemplateResult laid = new DirectoryTemplate(store.RootfsOf(image)).Build(context);
        string writes = $"{context.ContainerDirectory}/overlay/delta";
        new CopiedIdentity(store.RootfsOf(image), writes).Name(context.HostName);
        return new TemplateResult([.. laid.Settings, .. image.Settings], []) { Notes = [$"Made from the image {image.Name}, {image.Fingerprint}", .. image.Changes] };
    }
}
