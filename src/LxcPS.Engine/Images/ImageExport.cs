using System.Text;
using System.Text.Json;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>Writes images as archives of LXC's and Incus' kind: a metadata.yaml and the directory rootfs.</summary>
public static class ImageExport
{
    /// <summary>Writes an archive, which has its name when it is complete.</summary>
    /// <param name="store">The images there are.</param>
    /// <param name="image">The image.</param>
    /// <param name="path">The archive; its suffix says how it is compressed: .tar.zst, .tar.gz, .tar.xz or .tar.</param>
    /// <param name="replace">Whether a file of that name is replaced.</param>
    /// <param name="progress">Told how far it is; or null.</param>
    /// <param name="cancel">Ends it; nothing is left.</param>
    /// <exception cref="LxcException">ArchiveFailed, StorageFull, PermissionDenied or Canceled.</exception>
    public static void Write(ImageStore store, ImageInfo image, string path, bool replace, Action<TransferProgress>? progress, CancellationToken cancel)
    {
        ArchiveFormat format = StagedArchive.Require(path, replace, null);
        try
        {
            StagedArchive.Write(path, stage =>
            {
                AtomicFile.Write($"{stage}/{ImageMetadata.FileName}", Encoding.UTF8.GetBytes(MetadataOf(image)), 0x1A4);
                string[] arguments =
                [
                    "--create", $"--file={stage}/{StagedArchive.DataName}", "--force-local", "--format=posix", "--numeric-owner", "--acls", "--xattrs", "--xattrs-include=user.*",
                    "--xattrs-include=security.capability", "--sparse", "--directory=" + stage, "--add-file=" + ImageMetadata.FileName,
                    "--directory=" + Path.GetDirectoryName(store.RootfsOf(image)), ImageStore.RootfsName,
                ];
                new ArchiveProgram(path, format, null).Run(arguments, -1, new TransferMeter("Writing the archive", "rchar", progress), "written", cancel);
            }, cancel);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The archive '{DisplayText.Of(path)}' of the image {image.Name} cannot be written");
        }
    }

    // What YAML quotes is what JSON quotes.
    private static string MetadataOf(ImageInfo image)
    {
        ImageName name = image.NameParts;
        return $$"""
            architecture: {{Quote(ImageArchitecture.KernelNameOf(name.Architecture))}}
            creation_date: {{image.Created.ToUnixTimeSeconds()}}
            properties:
              architecture: {{Quote(name.Architecture)}}
              description: {{Quote(image.Description)}}
              os: {{Quote(name.Distribution)}}
              release: {{Quote(name.Release)}}
              variant: {{Quote(name.Variant)}}
            templates: {}

            """;

        static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
    }
}
