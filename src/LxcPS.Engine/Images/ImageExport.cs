using System.Text;
using System.Text.Json;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>Writes images as archives of LXC's and Incus' kind, a metadata.yaml and the directory rootfs, or as images of OCI's kind.</summary>
public static class ImageExport
{
    /// <summary>Writes one, which has its name when it is complete.</summary>
    /// <param name="store">The images there are.</param>
    /// <param name="image">The image.</param>
    /// <param name="request">Where and as what. The suffix of an archive of LXC's kind says how it is compressed: .tar.zst, .tar.gz, .tar.xz or .tar.</param>
    /// <exception cref="LxcException">ArchiveFailed, StorageFull, PermissionDenied or Canceled.</exception>
    public static void Write(ImageStore store, ImageInfo image, ExportRequest request)
    {
        ArchiveFormat? format = StagedArchive.Require(request, null);
        int root = -1;
        IReadOnlyList<IdMapEntry> maps = Processes.EffectiveUserId == 0 ? [] : UserMaps.OfImages();
        try
        {
            if (request.Format == ExportFormat.Oci)
            {
                OciConfig config = OciSettings.ConfigOf(image.NameParts.Architecture, key => [.. image.Settings.Where(setting => setting.Key == key).Select(setting => setting.Value)]);
                root = maps.Count > 0 ? -1 : Descriptors.OpenPath(store.RootfsOf(image), directory: true);
                new OciExport(request, null) { Maps = maps, Rootfs = "dir:" + store.RootfsOf(image) }.Write(config with { Created = image.Created }, root);
                return;
            }

            StagedArchive.Write(request.Path, stage =>
            {
                AtomicFile.Write($"{stage}/{ImageMetadata.FileName}", Encoding.UTF8.GetBytes(MetadataOf(image)), 0x1A4);
                string[] arguments =
                [
                    "--create", maps.Count > 0 ? "--file=-" : $"--file={stage}/{StagedArchive.DataName}", "--force-local", "--format=posix", "--numeric-owner", "--acls", "--xattrs", "--xattrs-include=user.*",
                    "--xattrs-include=security.capability", "--sparse", .. UserMaps.OwnerOptions(maps, stage), "--directory=" + stage, "--add-file=" + ImageMetadata.FileName,
                    "--directory=" + Path.GetDirectoryName(store.RootfsOf(image)), ImageStore.RootfsName,
                ];
                new ArchiveProgram(request.Path, format!, null).Run(arguments, -1, new TransferMeter("Writing the archive", "rchar", request.Progress), "written", request.Cancel,
                    maps.Count == 0 ? null : MappedProgram.CommandLine(request.Helper, maps, $"{stage}/{StagedArchive.DataName}"));
            }, request.Cancel);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The archive '{DisplayText.Of(request.Path)}' of the image {image.Name} cannot be written");
        }
        finally
        {
            Descriptors.Close(root);
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
