using LxcPS.Engine.Copying;
using LxcPS.Engine.Images;
using LxcPS.Engine.Store;

namespace LxcPS.Engine.Templates;

/// <summary>An image of the store as a container's root file system: an overlay over it, which any number of containers share, or a copy.</summary>
public sealed class ImageTemplate : DirectoryTemplate
{
    private readonly ImageStore store;
    private readonly ImageInfo image;

    internal ImageTemplate(ImageStore store, ImageInfo image)
        : base(store.RootfsOf(image))
    {
        this.store = store;
        this.image = image;
    }

    /// <inheritdoc/>
    public override TemplateKind Kind => TemplateKind.Image;

    private protected override TemplateResult Make(TemplateContext context)
    {
        Keep(context);
        TemplateResult laid = base.Make(context);
        new CopiedIdentity(Source, $"{context.ContainerDirectory}/overlay/delta").Name(context.HostName);
        return Complete(laid);
    }

    /// <summary>Notes that the container is laid over the image, so that it stays.</summary>
    /// <exception cref="LxcException">ImageNotFound: it has been removed meanwhile.</exception>
    internal void Keep(TemplateContext context)
    {
        store.Keep(image, Path.GetDirectoryName(context.ContainerDirectory)!, context.ContainerName);
        Dependents.WriteNeeds(context.ContainerDirectory, [(store.Path, image.Fingerprint)]);
    }

    /// <summary>Adds what the image asks of its containers, and what was done to it.</summary>
    internal TemplateResult Complete(TemplateResult made) => made with
    {
        Settings = [.. made.Settings, .. image.Settings],
        Notes = [$"Made from the image {image.Name}, {image.Fingerprint}", .. image.Changes],
    };
}
