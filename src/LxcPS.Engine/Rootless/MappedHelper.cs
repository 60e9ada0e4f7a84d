using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Images;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>
/// Makes and removes the files of a user's containers, in a user namespace in which the user has the ids that own them; and unpacks archives
/// for root, in one that has no rights over the host's files and devices.
/// </summary>
public sealed class MappedHelper
{
    /// <summary>The kind of report line that tells a configuration key of the new root file system and its value.</summary>
    internal const string SettingKind = "setting";

    /// <summary>The kind of report line that tells how far the work is.</summary>
    internal const string ProgressKind = "progress";

    /// <summary>The kind of report line that tells a line of a template script's output.</summary>
    internal const string OutputKind = "output";

    /// <summary>The kind of report line that tells what an image says of itself.</summary>
    internal const string MetadataKind = "metadata";

    /// <summary>The kind of report line that tells how many bytes are copied, and how many a second.</summary>
    internal const string TransferKind = "transfer";

    /// <summary>The kind of report line that tells what was changed in an image.</summary>
    internal const string ChangeKind = "change";

    /// <summary>The kind of report line that tells the size of an image, in bytes.</summary>
    internal const string SizeKind = "size";

    /// <summary>The kind of the last report line of work that was done.</summary>
    internal const string DoneKind = "done";

    private readonly MappedRequest request;
    private readonly Reporter reporter;

    private MappedHelper(MappedRequest request, Reporter reporter)
    {
        this.request = request;
        this.reporter = reporter;
    }

    /// <summary>Carries the request out; the result is 0, or 125 when it failed.</summary>
    public static int Run(MappedRequest request)
    {
        using Reporter reporter = new(request.ReportDescriptor);
        MappedHelper helper = new(request, reporter);
        return helper.Guard(() => request.Work switch
        {
            MappedWork.Remove => helper.Done(MappedChild.Run(request.Maps, () => helper.Guard(helper.Remove))),
            MappedWork.RemoveCgroups => helper.Done(MappedChild.Run(request.Maps, () => helper.Guard(helper.RemoveCgroups))),
            MappedWork.Restore => helper.Done(MappedChild.Run(request.Maps, () => helper.Guard(helper.Restore))),
            MappedWork.Finish => helper.Done(helper.RunAsRoot(helper.Finish)),
            _ => helper.Build(),
        });
    }

    private int Guard(Func<int> work) => reporter.Guard(work, e => StorageError.Of(e, $"The files in '{request.Directory}' cannot be changed"));

    private int Remove()
    {
        int parent = Descriptors.Open(Path.GetDirectoryName(request.Directory)!, OpenFlags.ReadOnly | OpenFlags.Directory);
        TreeRemoval.Remove(parent, Path.GetFileName(request.Directory), request.Directory);
        return 0;
    }

    private int RemoveCgroups()
    {
        CgroupWalk.RemoveBelow(request.Directory);
        return 0;
    }

    private int Restore()
    {
        RestoreSteps.Finish(request.Directory, null, null);
        return 0;
    }

    private int Build()
    {
        RootfsTemplate template = request.Work == MappedWork.Layer ? new LayerTemplate(request.Template!) : RootfsTemplate.Parse(request.Template!);
        if (template is ScriptTemplate)
        {
            return Done(new ScriptRun(request, reporter).Run());
        }

        using DirectorySource? source = template is DirectoryTemplate directory ? DirectorySource.Start(directory.Source) : null;
        int? input = template is ArchiveTemplate archive ? archive.Open() : source?.Output;
        int result = RunAsRoot(place =>
        {
            Report(reporter, template.Build(new TemplateContext
            {
                ContainerName = request.Name,
                HostName = request.HostName,
                ContainerDirectory = place,
                ShownDirectory = request.Directory,
                KeepsMetadata = request.KeepsMetadata,
                Source = input,
                Progress = (text, percent) => reporter.Fields(ProgressKind, text, percent.ToString()),
            }));
            if (request.KeepsMetadata && ImageMetadata.TryRead(place) is { } metadata)
            {
                reporter.Fields(MetadataKind, metadata.WithFilesWritten(place).ToFields());
            }
        });
        if (result == 0)
        {
            source?.RequireSuccess();
        }

        return Done(result);
    }

    // Works on the directory, at the place where it is seen, as root of the user namespace.
    private int RunAsRoot(Action<string> work) => MappedChild.Run(request.Maps, request.MapsOwners ? request.Directory : null, mount => Guard(() =>
    {
        MappedChild.BecomeRoot();
        if (mount >= 0)
        {
            FileTree.ChangeDirectory(mount);
        }

        work(mount < 0 ? request.Directory : ".");
        return 0;
    }), reporter.Descriptor);

    private void Finish(string place)
    {
        string rootfs = $"{place}/{ImageStore.RootfsName}";
        if (request.Template is { } config)
        {
            if (!FileTree.Exists(rootfs))
            {
                // An image without a layer.
                new RootfsWriter(rootfs).Dispose();
            }

            OciSettings settings = OciSettings.Of(OciConfig.Parse(ConfigText.ReadAll($"{place}/{config}")), rootfs);
            Report(reporter, new TemplateResult(settings.Settings, []));
            Tell(settings.Notes);
        }

        DistributionSetup.KeepRootfsAlone(place);
        Tell(DistributionSetup.Apply(rootfs));
        reporter.Fields(SizeKind, DiskUsage.Of(rootfs).ToString());

        void Tell(IReadOnlyList<string> changes)
        {
            foreach (string change in changes)
            {
                reporter.Fields(ChangeKind, change);
            }
        }
    }

    private int Done(int result)
    {
        if (result == 0)
        {
            reporter.Fields(DoneKind);
        }

        return result;
    }

    /// <summary>Tells what a template made.</summary>
    internal static void Report(Reporter reporter, TemplateResult result)
    {
        foreach ((string key, string value) in result.Settings)
        {
            reporter.Fields(SettingKind, key, value);
        }
    }
}
