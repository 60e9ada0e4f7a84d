using LxcPS.Engine.Copying;
using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Rootless;
using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>Unpacks a tar archive of a root file system with the host's GNU tar.</summary>
public class ArchiveTemplate : RootfsTemplate
{
    private const int ListedBytes = 1 << 14;

    internal ArchiveTemplate(string path) => Source = path;

    /// <inheritdoc/>
    public override TemplateKind Kind => TemplateKind.Archive;

    /// <summary>The archive, an absolute path.</summary>
    public string Source { get; }

    private protected override TemplateResult Make(TemplateContext context)
    {
        NeedRoot(context);
        string tar = HostPrograms.Find("tar")
            ?? throw Failed(context, "An archive is unpacked by GNU tar, and this host has none in PATH", "Install the package tar.");
        int archive = context.Source ?? Open();
        try
        {
            byte[] head = new byte[512];
            ArchiveFormat format = ArchiveFormat.Of(head.AsSpan(0, Math.Max(0, Descriptors.Read(archive, head, Source))))
                ?? throw Failed(context, $"'{Source}' is not a tar archive that can be read",
                    "Give a tar archive: plain, or compressed with gzip, xz, zstd or bzip2.");
            if (format.Program is { } program && HostPrograms.Find(program) is null)
            {
                throw Failed(context, $"'{Source}' is compressed with {program}, and this host has no {program} in PATH",
                    $"Install it, on Debian and Ubuntu: apt-get install {program switch { "xz" => "xz-utils", "unsquashfs" => "squashfs-tools", _ => program }}.");
            }

            return Extract(tar, archive, format, context);
        }
        finally
        {
            Descriptors.Close(archive);
        }
    }

    private protected virtual TemplateResult Extract(string tar, int archive, ArchiveFormat format, TemplateContext context)
    {
        string path = Path.Combine(context.ContainerDirectory, "rootfs");
        if (format.IsSquashfs)
        {
            Unsquash(archive, path, context);
        }
        else
        {
            context.Progress?.Invoke("Looking into the archive", 0);
            ArchiveLayout layout = Look(tar, archive, format, context);
            if (context.KeepsMetadata && FileTree.Exists(path))
            {
                // What describes an image can be an archive of its own. Through the links of a root file system that is there it unpacks nothing.
                Unpack(tar, archive, format, [.. ExtractArguments(context.ContainerDirectory, layout.Prefix), "--exclude=" + layout.Prefix.TrimEnd('/')], context);
                return new TemplateResult([], []);
            }

            using RootfsWriter writer = new(path);
            if (layout.IsImage && context.KeepsMetadata)
            {
                Unpack(tar, archive, format, ExtractArguments(context.ContainerDirectory, layout.Prefix), context);
            }
            else
            {
                Unpack(tar, archive, format, [.. ExtractArguments(path, layout.Prefix), .. layout.Strip > 0 ? (string[])[$"--strip-components={layout.Strip}", layout.Prefix.TrimEnd('/')] : []], context);
            }

            writer.MakeDirectory("dev");
        }

        return RootfsCheck.LooksLikeRoot(path) ? new TemplateResult([new("lxc.rootfs.path", $"dir:{path}")], [])
            : throw Failed(context, $"What '{Source}' holds does not look like a root file system: it has no bin, usr, sbin or etc",
                "Give an archive whose top directory, or whose directory rootfs, becomes / of the container.");
    }

    /// <summary>Unpacks it into the container's directory, for root: see <see cref="MappedFiles.Unpack"/>.</summary>
    /// <exception cref="LxcException">As <see cref="RootfsTemplate.Build"/>.</exception>
    internal TemplateResult Unpack(HelperProgram helper, TemplateContext context)
    {
        MappedFiles.Unpack(helper, Source, context.ContainerDirectory, keepsMetadata: false, context.Progress, context.CancellationToken);
        return new TemplateResult([new("lxc.rootfs.path", $"dir:{context.ContainerDirectory}/rootfs")], []);
    }

    /// <summary>Opens the archive, with the rights of whoever named it.</summary>
    /// <exception cref="LxcException">TemplateFailed.</exception>
    internal int Open()
    {
        try
        {
            return Descriptors.Open(Source, OpenFlags.ReadOnly);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.TemplateFailed, $"The archive '{Source}' cannot be opened: {e.Message}", e)
            {
                Step = "template",
                Errno = e.Number,
                Path = Source,
                Advice = "See that the file is there and can be read.",
            };
        }
    }

    private ArchiveLayout Look(string tar, int archive, ArchiveFormat format, TemplateContext context)
    {
        Descriptors.Seek(archive, 0);
        string[] arguments = ["tar", "--list", "--file=-", .. format.Options, "--quoting-style=literal"];
        ProgramResult result = ChildProgram.Run(tar, arguments, archive, ListedBytes, context.CancellationToken);
        return result.Output.Length > 0 || (!result.Exit.Signaled && result.Exit.Value == 0) ? ArchiveLayout.Of(result.Output)
            : throw Refused(context, result);
    }

    private protected void Unpack(string tar, int archive, ArchiveFormat format, IReadOnlyList<string> extract, TemplateContext context)
    {
        Descriptors.Seek(archive, 0);
        long size = FileTree.Status(archive, string.Empty).Size;
        TransferRate rate = new(0);

        // tar reads our descriptor, or its decompressor does: the position in the file is theirs too.
        List<string> arguments = [extract[0], .. format.Options, .. extract.Skip(1)];
        ProgramResult result = ChildProgram.Run(tar, arguments, archive, int.MaxValue, context.CancellationToken,
            () => rate.Tell("Unpacking the archive", PositionOf(archive), size, context.Progress));
        if (result.Exit.Signaled || result.Exit.Value != 0)
        {
            throw Refused(context, result);
        }
    }

    // It reads the file at any place, so it opens what is its standard input anew.
    private void Unsquash(int image, string path, TemplateContext context)
    {
        using RootfsWriter writer = new(path);
        context.Progress?.Invoke("Unpacking the file system", -1);
        ProgramResult result = ChildProgram.Run(HostPrograms.Find("unsquashfs")!, ["unsquashfs", "-no-progress", "-force", "-dest", path, "-excludes", "/proc/self/fd/0", "dev/*"], image, int.MaxValue, context.CancellationToken);
        if (result.Exit.Signaled || result.Exit.Value != 0)
        {
            throw Refused(context, result, "unsquashfs");
        }

        writer.MakeDirectory("dev");
    }

    /// <summary>The command line that unpacks a root file system into a directory.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="prefix">What the names in the archive begin with before those of the root file system.</param>
    internal static string[] ExtractArguments(string path, string prefix) =>
    [
        // Device nodes come from the engine, which allows each; those of an archive would lie open on the host's disk. Of the extended
        // attributes only those that a program can need: an overlay's own would lead its look-ups.
        "tar", "--extract", "--file=-", "--directory=" + path, "--numeric-owner", "--same-owner", "--same-permissions",
        "--acls", "--xattrs", "--xattrs-include=user.*", "--xattrs-include=security.capability", "--anchored", "--exclude=" + prefix + "dev/*",
    ];

    private protected LxcException Refused(TemplateContext context, ProgramResult result, string program = "tar") =>
        result.FullErrno is not 0 and int errno ? Storage(context, errno, null)
        : Failed(context, $"The archive '{Source}' cannot be unpacked: {program} ended with {result.Exit.ExitCode}: {result.LastLines ?? "it gave no reason"}",
            "See that the archive is complete, and that the host's tar is GNU tar.");

    /// <summary>Where in an open file its readers are, in bytes.</summary>
    internal static long PositionOf(int fd) => Descriptors.InfoOf(fd, "pos:");
}
