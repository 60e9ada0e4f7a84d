using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>
/// Lays an overlay over a directory that holds a root file system: the container's writes go to its own directory, the source is not
/// changed and serves any number of containers.
/// </summary>
public class DirectoryTemplate : RootfsTemplate
{
    internal DirectoryTemplate(string path) => Source = path;

    /// <inheritdoc/>
    public override TemplateKind Kind => TemplateKind.Directory;

    /// <summary>The directory, an absolute path.</summary>
    public string Source { get; }

    private protected override TemplateResult Make(TemplateContext context)
    {
        string source = RequireSource(context);
        if (context.Source is { } stream)
        {
            return Copy(stream, context);
        }

        string path = PathOver(source, context);
        OverlayLayers.Make(source, LayersOf(context), "delta", "olwork");
        return new TemplateResult([new("lxc.rootfs.path", path)], []);
    }

    /// <summary>What <c>lxc.rootfs.path</c> is for an overlay over a directory.</summary>
    /// <exception cref="LxcException">TemplateFailed: a path cannot be written in it.</exception>
    internal string PathOver(string source, TemplateContext context)
    {
        string layers = LayersOf(context);
        return !source.Contains(':') && !layers.Contains(':') ? $"overlay:{source}:{layers}/delta"
            : throw Failed(context, $"The path '{(source.Contains(':') ? source : layers)}' has a colon, which separates the layers in lxc.rootfs.path", "Use a path without a colon.");
    }

    /// <summary>The directory without links, where it can be the source of a container.</summary>
    /// <exception cref="LxcException">TemplateFailed: it looks like no root file system, or holds the container's own directory.</exception>
    internal string RequireSource(TemplateContext context)
    {
        string source = RealPath(Source);
        if (!RootfsCheck.LooksLikeRoot(source))
        {
            throw Failed(context, $"The directory '{source}' does not look like a root file system: it has no bin, usr, sbin or etc",
                "Give the directory that becomes / of the container.");
        }

        if (context.Source is null && (source == "/" || $"{context.ContainerDirectory}/".StartsWith(source + "/", StringComparison.Ordinal)))
        {
            // The kernel refuses an upper layer inside a lower one with ELOOP, but only at the start; and a copy would copy itself.
            throw Failed(context, $"The directory '{source}' holds the container's own directory and cannot be its source",
                "Use the template Host for the host's own programs, or another LxcPath.");
        }

        return source;
    }

    private static string LayersOf(TemplateContext context) => Path.Combine(context.ContainerDirectory, "overlay");

    private TemplateResult Copy(int stream, TemplateContext context)
    {
        string path = Path.Combine(context.ContainerDirectory, "rootfs");
        using RootfsWriter writer = new(path);
        context.Progress?.Invoke("Copying the directory", -1);
        ProgramResult result = ChildProgram.Run(HostPrograms.Find("tar")!, ArchiveTemplate.ExtractArguments(path, "./"), stream, int.MaxValue, context.CancellationToken);
        if (result.Exit.ExitCode != 0)
        {
            throw result.FullErrno is not 0 and int errno ? Storage(context, errno, null)
                : Failed(context, $"The directory '{Source}' cannot be copied: {result.Error.Replace('\n', ';')}", "See that the user's subordinate ids reach as far as the owners of its files.");
        }

        writer.MakeDirectory("dev");
        return new TemplateResult([new("lxc.rootfs.path", $"dir:{path}")], []);
    }

    /// <summary>The path of a directory without links: it is resolved now, so that a later change of one does not change the container.</summary>
    internal static string RealPath(string path)
    {
        int directory = Descriptors.OpenPath(path, directory: true);
        try
        {
            return DirectoryTree.ReadLink(Descriptors.CurrentDirectory, $"/proc/self/fd/{directory}");
        }
        finally
        {
            Descriptors.Close(directory);
        }
    }
}
