using System.Security.Cryptography;
using System.Text;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>Where an image can be had: an archive, an image server, a distribution's packages, a registry.</summary>
public abstract class ImageSource
{
    /// <summary>What is asked for, so that the same is the same text: the store answers it by the image that was made for it last.</summary>
    public abstract string Key { get; }

    /// <summary>
    /// The image, from the store where it is there. Sessions that ask for the same at one time make it once: the others wait for it.
    /// </summary>
    /// <param name="store">The images there are.</param>
    /// <param name="context">The caller.</param>
    /// <param name="renew">Whether it is made again though there is one.</param>
    /// <exception cref="LxcException">TemplateFailed, ImageInvalid, PermissionDenied, StorageFull, StorageFailed or Canceled.</exception>
    public ImageInfo Obtain(ImageStore store, ImageContext context, bool renew = false)
    {
        if (!renew && store.FindByKey(Key) is { } there)
        {
            return there;
        }

        DateTimeOffset begun = DateTimeOffset.UtcNow;
        try
        {
            string lockName = "making-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))[..16];
            using ContainerLock held = ContainerLock.Acquire(store.Path, lockName, TimeSpan.MaxValue, context.CancellationToken);
            if (store.FindByKey(Key) is { } made && (!renew || made.Added >= begun))
            {
                return made;
            }

            using ImageBuild build = store.Begin();
            ImageInfo info = Make(build, context);
            ImageInfo finished = MappedFiles.FinishImage(context.Helper, build, info, context.CancellationToken);
            return build.Commit(finished with { Key = Key, Added = DateTimeOffset.UtcNow });
        }
        catch (OperationCanceledException e)
        {
            throw new LxcException(LxcErrorId.Canceled, "The making of an image was stopped", e);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"An image cannot be made in '{DisplayText.Of(store.Path)}'");
        }
    }

    /// <summary>Fills the build's <see cref="ImageBuild.RootfsPath"/>, and tells what it is; <see cref="Obtain"/> adds key and time.</summary>
    private protected abstract ImageInfo Make(ImageBuild build, ImageContext context);
}
