using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>Makes the root file system of a new container.</summary>
public abstract class RootfsTemplate
{
    private static readonly string[] ArchiveSuffixes =
        [".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst", ".tzst", ".tar.bz2", ".tbz2"];

    /// <summary>Which kind of template it is.</summary>
    public abstract TemplateKind Kind { get; }

    /// <summary>Reads the name of a template, or the path of a directory or a tar archive that holds a root file system, or of a template script.</summary>
    /// <param name="template">The name of a template that is no image, in any case, or a path; a relative path starts at the working directory.</param>
    /// <exception cref="LxcException">TemplateFailed: there is no such template, directory or archive.</exception>
    public static RootfsTemplate Parse(string template)
    {
        switch (template.ToLowerInvariant())
        {
            case "none": return new NoneTemplate();
            case "busybox": return new BusyboxTemplate();
            case "host": return new HostTemplate();
        }

        if (ScriptTemplate.Find(template) is { } script)
        {
            return new ScriptTemplate(script);
        }

        string path = template.Contains('/') || template is "." or ".." || IsArchiveName(template) ? Path.GetFullPath(template) : string.Empty;
        if (path.Length == 0)
        {
            throw new LxcException(LxcErrorId.TemplateFailed, $"There is no template '{template}'")
            {
                Advice = "Use a name that Get-LxcTemplate lists, or the path of a directory or a tar archive that holds a root file system.",
            };
        }

        if (Directory.Exists(path))
        {
            return new DirectoryTemplate(path);
        }

        return File.Exists(path) ? new ArchiveTemplate(path)
            : throw new LxcException(LxcErrorId.TemplateFailed, $"The template '{path}' does not exist")
            {
                Path = path,
                Errno = Errno.ENOENT,
                Advice = "Give the path of a directory or a tar archive that exists, or a name that Get-LxcTemplate lists.",
            };
    }

    /// <summary>
    /// Makes the root file system in the container's directory. What was made before a failure stays: who made the directory removes it.
    /// </summary>
    /// <exception cref="LxcException">
    /// TemplateFailed: what the template needs is missing. PermissionDenied: the caller is not root. StorageFull, StorageFailed: the
    /// container's directory cannot be written. Canceled.
    /// </exception>
    public TemplateResult Build(TemplateContext context)
    {
        try
        {
            return Make(context);
        }
        catch (LinuxException e)
        {
            throw Storage(context, e.Number, e);
        }
        catch (IOException e)
        {
            // On Linux the HResult of an IOException is the errno, unless it is one of .NET's own.
            throw Storage(context, e.HResult > 0 ? e.HResult : Errno.EIO, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Storage(context, Errno.EACCES, e);
        }
        catch (OperationCanceledException e)
        {
            throw new LxcException(LxcErrorId.Canceled, $"The creation of the container '{context.ContainerName}' was stopped", e)
            {
                ContainerName = context.ContainerName,
            };
        }
    }

    /// <summary>Does the work; system calls may fail with their own exception.</summary>
    private protected abstract TemplateResult Make(TemplateContext context);

    /// <summary>Refuses to go on without root's rights, which a tree with files of several owners needs.</summary>
    private protected void NeedRoot(TemplateContext context)
    {
        if (Processes.EffectiveUserId != 0)
        {
            throw new LxcException(LxcErrorId.PermissionDenied, $"The template '{Kind}' makes files of several owners, which takes root's rights")
            {
                ContainerName = context.ContainerName,
                Errno = Errno.EPERM,
                Advice = "Run the session as root, or use a directory that holds a root file system.",
            };
        }
    }

    private protected LxcException Failed(TemplateContext context, string message, string advice, Exception? inner = null) =>
        new(LxcErrorId.TemplateFailed, message, inner) { ContainerName = context.ContainerName, Step = "template", Advice = advice };

    internal static LxcException Storage(TemplateContext context, int errno, Exception? inner)
    {
        bool full = errno is Errno.ENOSPC or Errno.EDQUOT;
        string reason = inner?.Message ?? Errno.Describe(errno);
        return new LxcException(full ? LxcErrorId.StorageFull : LxcErrorId.StorageFailed,
            $"{(context.ContainerName.Length > 0 ? $"The root file system of '{context.ContainerName}'" : "A root file system")} cannot be made in '{context.ShownDirectory}': {reason}", inner)
        {
            ContainerName = context.ContainerName,
            Step = "template",
            Errno = errno,
            Path = inner is LinuxException linux ? linux.Path : context.ShownDirectory,
            Advice = full ? "Free space or inodes on that file system, raise the quota or -Size, or use another LxcPath."
                : "See that the directory is on a writable file system that keeps owners and modes.",
        };
    }

    private static bool IsArchiveName(string name)
    {
        foreach (string suffix in ArchiveSuffixes)
        {
            if (name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
