using System.Text.Json;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>
/// The images of a machine: a directory each, named by its fingerprint, with the root file system and what is known of it. A container that
/// was made from one is an overlay over it; LXC's files of dependencies say which, so that LXC's tools keep them too.
/// </summary>
public sealed class ImageStore
{
    internal const string RootfsName = "rootfs";
    internal const string InfoName = "image.json";

    private const int ShortestPrefix = 6;

    /// <summary>Names a store, which need not exist.</summary>
    /// <param name="path">Its directory, an absolute path.</param>
    public ImageStore(string path) => Path = path.Length > 1 ? path.TrimEnd('/') : path;

    /// <summary>The directory of the caller's images: root's, or a user's own below $XDG_DATA_HOME or ~/.local/share.</summary>
    public static string DefaultPath => DataDirectory.Path + "/images";

    /// <summary>The helper executable: ids of the user's containers own the files of his images. Null where images are only read.</summary>
    public HelperProgram? Helper { get; init; }

    /// <summary>Its directory.</summary>
    public string Path { get; }

    /// <summary>All images, the newest first.</summary>
    /// <exception cref="LxcException">PermissionDenied or StorageFailed.</exception>
    public IReadOnlyList<ImageInfo> List()
    {
        List<ImageInfo> images = [];
        try
        {
            if (FileTree.Exists(Path))
            {
                images.AddRange(Directory.GetDirectories(Path).Select(System.IO.Path.GetFileName).Where(name => ImageFingerprint.IsOne(name!)).Select(name => TryRead(name!)).OfType<ImageInfo>());
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw new LxcException(LxcErrorId.PermissionDenied, $"The images in '{DisplayText.Of(Path)}' cannot be listed", e) { Path = Path, Errno = Errno.EACCES, Advice = "Run the session as root." };
        }

        return [.. images.OrderByDescending(image => image.Created).ThenByDescending(image => image.Added)];
    }

    /// <summary>
    /// The newest image of a name, of which the end may be left out (<c>debian/bookworm</c>), or the one whose fingerprint begins so; or null.
    /// </summary>
    /// <exception cref="LxcException">ImageNotFound: the beginning of a fingerprint is that of several; PermissionDenied or StorageFailed.</exception>
    public ImageInfo? Find(string name)
    {
        IReadOnlyList<ImageInfo> all = List();
        if (name.Length >= ShortestPrefix && name.All(char.IsAsciiHexDigitLower))
        {
            List<ImageInfo> byFingerprint = [.. all.Where(image => image.Fingerprint.StartsWith(name, StringComparison.Ordinal))];
            if (byFingerprint.Count > 1)
            {
                throw new LxcException(LxcErrorId.ImageNotFound, $"The fingerprints of {byFingerprint.Count} images begin with '{name}'") { Advice = "Give more of its digits." };
            }

            if (byFingerprint.Count == 1)
            {
                return byFingerprint[0];
            }
        }

        return all.FirstOrDefault(image => image.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? all.FirstOrDefault(image => image.NameParts.Architecture == ImageArchitecture.OfHost && image.Name.StartsWith(name + "/", StringComparison.OrdinalIgnoreCase))
            ?? all.FirstOrDefault(image => image.Name.StartsWith(name + "/", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>As <see cref="Find"/>, for one that must be there.</summary>
    /// <exception cref="LxcException">ImageNotFound.</exception>
    public ImageInfo Get(string name) => Find(name) ?? throw new LxcException(LxcErrorId.ImageNotFound, $"There is no image '{DisplayText.Of(name)}' in '{DisplayText.Of(Path)}'")
    {
        Path = Path,
        Advice = "Get-LxcImage lists those that are there; Save-LxcImage and Import-LxcImage bring others.",
    };

    /// <summary>The root file system of an image.</summary>
    public string RootfsOf(ImageInfo image) => $"{DirectoryOf(image)}/{RootfsName}";

    /// <summary>The containers that are laid over an image: the directory of containers and the name.</summary>
    public IReadOnlyList<(string LxcPath, string Name)> UsersOf(ImageInfo image) => Dependents.Of(Path, image.Fingerprint);

    /// <summary>Removes an image that no container is laid over.</summary>
    /// <exception cref="LxcException">ImageNotFound, ImageInUse with the names of the containers, PermissionDenied or StorageFailed.</exception>
    public void Remove(ImageInfo image, CancellationToken cancel)
    {
        try
        {
            // A container that is being made from it notes that under the same lock.
            using ContainerLock held = Dependents.Lock(Path, image.Fingerprint);
            RequireUnused(image);
            int parent = Descriptors.Open(Path, OpenFlags.ReadOnly | OpenFlags.Directory);
            try
            {
                HiddenDirectory.Remove(parent, Path, image.Fingerprint, RemoveTree, cancel);
                HiddenDirectory.Sweep(parent, Path, RemoveTree, cancel);
            }
            finally
            {
                Descriptors.Close(parent);
            }
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The image '{image.Name}' cannot be removed");
        }
    }

    /// <summary>Notes that a container is laid over an image, so that it stays.</summary>
    /// <exception cref="LxcException">ImageNotFound: it has been removed meanwhile.</exception>
    internal void Keep(ImageInfo image, string lxcPath, string name)
    {
        Dependents.Add(Path, image.Fingerprint, lxcPath, name);
        if (!FileTree.Exists(RootfsOf(image)))
        {
            throw new LxcException(LxcErrorId.ImageNotFound, $"The image '{image.Name}' has been removed meanwhile") { ContainerName = name, Advice = "Try again." };
        }
    }

    /// <summary>Takes that back.</summary>
    internal void Release(ImageInfo image, string lxcPath, string name) => Dependents.Remove(Path, image.Fingerprint, lxcPath, name);

    /// <summary>Begins an image.</summary>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal ImageBuild Begin()
    {
        // What is setuid root's in an image is that on the host's disk as well: no user of the host may reach it.
        FileTree.MakeDirectories(Path, 0x1C0 /* 0700 */);
        int parent = Descriptors.Open(Path, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            HiddenDirectory.Sweep(parent, Path, RemoveTree, CancellationToken.None);
            int directory = HiddenDirectory.Make(parent, "image", out string hidden);
            ImageBuild build = new(this, parent, hidden, directory);
            parent = -1;
            return build;
        }
        finally
        {
            Descriptors.Close(parent);
        }
    }

    internal ImageInfo? FindByKey(string key) => List().OrderByDescending(image => image.Added).FirstOrDefault(image => image.Key == key);

    internal string DirectoryOf(ImageInfo image) => $"{Path}/{image.Fingerprint}";

    private void RequireUnused(ImageInfo image)
    {
        IReadOnlyList<(string LxcPath, string Name)> users = UsersOf(image);
        if (users.Count > 0)
        {
            throw new LxcException(LxcErrorId.ImageInUse, $"The image '{image.Name}' cannot be removed: {Dependents.Describe(users)} laid over it")
            {
                Path = DirectoryOf(image),
                Advice = "Remove those first.",
            };
        }
    }

    private ImageInfo? TryRead(string fingerprint)
    {
        string path = $"{Path}/{fingerprint}/{InfoName}";
        try
        {
            return ImageInfo.FromJson(fingerprint, Descriptors.ReadText(path));
        }
        catch (LinuxException e) when (e.Number == Errno.ENOENT)
        {
            // Removed in this moment.
            return null;
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The image '{fingerprint}' cannot be read");
        }
        catch (JsonException e)
        {
            throw new LxcException(LxcErrorId.ImageInvalid, $"'{DisplayText.Of(path)}' does not describe an image: {e.Message}", e)
            {
                Path = path,
                Advice = "Restore the file, or remove the directory where no container is laid over it.",
            };
        }
    }

    /// <summary>Removes a directory of it, whoever owns what is in it.</summary>
    internal void RemoveTree(int parent, string name, string path, CancellationToken cancel) => MappedFiles.RemoveTree(Helper, parent, name, path, cancel);
}
