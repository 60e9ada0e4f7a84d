using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>
/// Unpacks a layer of an image over those below it. Each but the lowest is unpacked beside them first: GNU tar keeps the links of one archive from leading
/// it out of the directory, but not those that are there already.
/// </summary>
internal sealed class LayerTemplate : ArchiveTemplate
{
    private const string LayerName = "layer";
    private const int ListLimit = 1 << 28;

    internal LayerTemplate(string path)
        : base(path)
    {
    }

    private protected override TemplateResult Extract(string tar, int archive, ArchiveFormat format, TemplateContext context)
    {
        string rootfs = Path.Combine(context.ContainerDirectory, "rootfs");
        if (!FileTree.Exists(rootfs))
        {
            using RootfsWriter writer = new(rootfs);

            // There is nothing below that a mark could remove.
            Unpack(tar, archive, format, [.. Arguments(rootfs), "--no-anchored", "--exclude=.wh.*"], context);
            return new TemplateResult([], []);
        }

        LayerList list = List(tar, archive, format, context);
        string unpacked = Path.Combine(context.ContainerDirectory, LayerName);
        using (RootfsWriter layer = new(unpacked))
        using (RootfsWriter root = RootfsWriter.Open(rootfs))
        {
            LayerMerge merge = new(root.Root, list.Directories);
            foreach (string target in list.LinkTargets)
            {
                merge.Lend(layer.Root, target);
            }

            Unpack(tar, archive, format, Arguments(unpacked), context);
            merge.Apply(layer.Root);
        }

        int directory = Descriptors.Open(context.ContainerDirectory, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            TreeRemoval.Remove(directory, LayerName, unpacked);
        }
        finally
        {
            Descriptors.Close(directory);
        }

        return new TemplateResult([], []);
    }

    private LayerList List(string tar, int archive, ArchiveFormat format, TemplateContext context)
    {
        Descriptors.Seek(archive, 0);
        ProgramResult result = ChildProgram.Run(tar, ["tar", "--list", "--verbose", "--file=-", .. format.Options, "--quoting-style=escape"], archive, ListLimit, context.CancellationToken);
        return result.Exit.Signaled || result.Exit.Value != 0 ? throw Refused(context, result) : LayerList.Parse(result.Output);
    }

    private static IReadOnlyList<string> Arguments(string path) => [.. ExtractArguments(path, string.Empty), "--exclude=./dev/*", "--exclude=/dev/*"];
}
