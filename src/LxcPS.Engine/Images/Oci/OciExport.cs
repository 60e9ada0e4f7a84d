using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>Writes a root file system as an image of OCI's kind with one layer: a layout (OCI image specification, "Image layout"), or a tar archive of one.</summary>
/// <param name="request">What is asked for.</param>
/// <param name="container">The container, for errors; or null.</param>
internal sealed class OciExport(ExportRequest request, string? container)
{
    private const string BlobsName = "blobs/sha256";
    private const string Tag = "latest";
    private const int BufferLength = 1 << 17;

    private static readonly ArchiveFormat Gzip = new("gzip", ["--gzip"]);

    /// <summary>The maps by which the owners on the disk are those of the container; none where they are the same.</summary>
    internal IReadOnlyList<IdMapEntry> Maps { get; init; } = [];

    /// <summary>The root file system of a user's container or image, as <c>lxc.rootfs.path</c> has it: the helper mounts it.</summary>
    internal string Rootfs { get; init; } = MappedProgram.Own;

    /// <summary>Writes it.</summary>
    /// <param name="config">What is said of the program.</param>
    /// <param name="root">A descriptor of the root file system.</param>
    /// <exception cref="LxcException">ArchiveFailed, StorageFull, PermissionDenied or Canceled.</exception>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal void Write(OciConfig config, int root)
    {
        bool isArchive = ArchiveFormat.OfName(request.Path) is not null;
        StagedArchive.Write(request.Path, stage =>
        {
            string layout = $"{stage}/{(isArchive ? "layout" : StagedArchive.DataName)}";
            FileTree.MakeDirectories($"{layout}/{BlobsName}", 0x1ED /* 0755 */);
            Blob layer = AddLayer(layout, root, out OciDigest content);
            Blob image = Add(layout, "application/vnd.oci.image.config.v1+json", (config with { Contents = [content] }).ToJson());
            Blob manifest = Add(layout, "application/vnd.oci.image.manifest.v1+json", Json(writer =>
            {
                writer.WriteNumber("schemaVersion", 2);
                writer.WriteString("mediaType", "application/vnd.oci.image.manifest.v1+json");
                writer.WriteStartObject("config");
                image.Write(writer);
                writer.WriteEndObject();
                writer.WriteStartArray("layers");
                writer.WriteStartObject();
                layer.Write(writer);
                writer.WriteEndObject();
                writer.WriteEndArray();
            }));
            AtomicFile.Write($"{layout}/index.json", Json(writer =>
            {
                writer.WriteNumber("schemaVersion", 2);
                writer.WriteString("mediaType", "application/vnd.oci.image.index.v1+json");
                writer.WriteStartArray("manifests");
                writer.WriteStartObject();
                manifest.Write(writer);
                writer.WriteStartObject("annotations");
                writer.WriteString("org.opencontainers.image.ref.name", Tag);
                writer.WriteEndObject();
                writer.WriteEndObject();
                writer.WriteEndArray();
            }), 0x1A4);
            AtomicFile.Write($"{layout}/oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"u8, 0x1A4);
            if (isArchive)
            {
                Run(new ArchiveFormat(null, []), [$"--file={stage}/{StagedArchive.DataName}", "--directory=" + layout, "oci-layout", "index.json", "blobs"], -1, null);
            }
        }, request.Cancel);
    }

    // The specification advises against holes, which many an unpacker takes for something else. A name with its mark would remove what is unpacked already.
    private Blob AddLayer(string layout, int root, out OciDigest content)
    {
        string file = $"{layout}/layer";
        bool isMapped = Maps.Count > 0;
        Run(Gzip,
        [
            isMapped ? "--file=-" : "--file=" + file, "--acls", "--xattrs", "--xattrs-include=user.*", "--xattrs-include=security.capability", "--sort=name",
            "--pax-option=delete=atime,delete=ctime", "--no-anchored", "--exclude=.wh.*", "--directory=/proc/self/fd/0", ".",
        ], root, isMapped ? MappedProgram.CommandLine(request.Helper, Maps, file, Rootfs) : null);
        (OciDigest digest, content) = DigestsOf(file);
        Blob blob = new("application/vnd.oci.image.layer.v1.tar+gzip", digest, FileTree.Status(Descriptors.CurrentDirectory, file).Size);
        FileTree.Rename(Descriptors.CurrentDirectory, file, Descriptors.CurrentDirectory, $"{layout}/{digest.FileName}");
        return blob;
    }

    private void Run(ArchiveFormat format, IReadOnlyList<string> arguments, int input, IReadOnlyList<string>? runner) =>
        new ArchiveProgram(request.Path, format, container).Run(["--create", "--force-local", "--format=posix", "--numeric-owner", .. arguments], input,
            new TransferMeter("Writing the image", "rchar", request.Progress), "written", request.Cancel, runner);

    // Of a compressed layer, and of what it holds.
    private (OciDigest Compressed, OciDigest Content) DigestsOf(string file)
    {
        using IncrementalHash content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using SHA256 compressed = SHA256.Create();
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferLength, FileOptions.SequentialScan);
        using CryptoStream hashed = new(stream, compressed, CryptoStreamMode.Read);
        using GZipStream plain = new(hashed, CompressionMode.Decompress);
        byte[] buffer = new byte[BufferLength];
        for (int length; (length = plain.Read(buffer)) > 0;)
        {
            if (request.Cancel.IsCancellationRequested)
            {
                throw new LxcException(LxcErrorId.Canceled, $"The image '{DisplayText.Of(request.Path)}' was not written: it was stopped") { ContainerName = container };
            }

            content.AppendData(buffer, 0, length);
        }

        hashed.CopyTo(Stream.Null);
        return (OciDigest.OfHash(compressed.Hash!), OciDigest.OfHash(content.GetCurrentHash()));
    }

    private static Blob Add(string layout, string mediaType, byte[] text)
    {
        OciDigest digest = OciDigest.OfHash(SHA256.HashData(text));
        AtomicFile.Write($"{layout}/{digest.FileName}", text, 0x1A4);
        return new Blob(mediaType, digest, text.Length);
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private sealed record Blob(string MediaType, OciDigest Digest, long Size)
    {
        // As a descriptor.
        internal void Write(Utf8JsonWriter writer)
        {
            writer.WriteString("mediaType", MediaType);
            writer.WriteString("digest", Digest.ToString());
            writer.WriteNumber("size", Size);
        }
    }
}
