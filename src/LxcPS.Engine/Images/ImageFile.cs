using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Images;

/// <summary>A file that an image has made at the creation of a container (Incus, "Image format"). Written where the archive is unpacked, not in the session.</summary>
/// <param name="Path">The file, without the slash at the beginning.</param>
/// <param name="Template">The name of its template, in the directory templates of the archive.</param>
/// <param name="IsOnce">Whether a file that is there stays.</param>
/// <param name="Properties">What the template can refer to.</param>
internal sealed record ImageFile(string Path, string Template, bool IsOnce, IReadOnlyDictionary<string, string> Properties)
{
    private const int MaximumLength = 1 << 16;

    /// <summary>The files in which containers replace the mark of the name, see <see cref="Copying.CopiedIdentity"/>.</summary>
    internal static readonly string[] Named = ["etc/hostname", "etc/hosts", "var/lib/cloud/seed/nocloud-net/meta-data"];

    /// <summary>Writes it; null, or why it is not written, the end of a sentence.</summary>
    /// <param name="directory">The directory into which the archive was unpacked.</param>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal string? Write(string directory)
    {
        try
        {
            using RootfsWriter writer = RootfsWriter.Open(directory + "/rootfs");
            if (IsOnce && writer.Has(Path))
            {
                return null;
            }

            string text = TemplateText.Render(Read(directory), Properties);
            if (text.Contains(TemplateText.NameMark, StringComparison.Ordinal) && !Named.Contains(Path))
            {
                return "it names the container, which is not known yet";
            }

            for (int slash = Path.IndexOf('/'); slash > 0; slash = Path.IndexOf('/', slash + 1))
            {
                if (!writer.Has(Path[..slash]))
                {
                    writer.MakeDirectory(Path[..slash]);
                }
            }

            if (writer.Has(Path))
            {
                writer.ReplaceFile(Path, text);
            }
            else
            {
                writer.WriteFile(Path, text);
            }

            return null;
        }
        catch (FormatException e)
        {
            return $"its template says '{DisplayText.Of(e.Message)}', which is not understood";
        }
        catch (LinuxException e) when (e.Number is not (Errno.ENOSPC or Errno.EDQUOT or Errno.EIO))
        {
            return DisplayText.Of(e.Message);
        }
    }

    // A link or a device in its place is the archive's, and not to be followed.
    private string Read(string directory)
    {
        int templates = Descriptors.Open(directory + "/templates", OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow);
        int file = -1;
        try
        {
            file = Descriptors.OpenResolved(templates, Template, OpenFlags.ReadOnly | OpenFlags.NonBlocking, 0, Descriptors.RESOLVE_BENEATH | Descriptors.RESOLVE_NO_SYMLINKS);
            FileStatus status = FileTree.Status(file, string.Empty);
            return status.IsRegular && status.Size <= MaximumLength ? Descriptors.ReadText($"/proc/self/fd/{file}") : throw new FormatException(Template);
        }
        finally
        {
            Descriptors.Close(file);
            Descriptors.Close(templates);
        }
    }
}
