using LxcPS.Engine.Configuration;
using LxcPS.Engine.Copying;
using LxcPS.Engine.Images;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>Has the helper make and remove files in a user namespace; see <see cref="MappedHelper"/>.</summary>
internal static class MappedFiles
{
    /// <summary>Removes a directory with all that is in it, whichever of the caller's subordinate ids own it.</summary>
    /// <param name="helper">The helper executable; null where the caller's own rights have to do.</param>
    /// <param name="parent">The open directory that holds it.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="path">Its path.</param>
    /// <param name="cancel">Stops the removal between two names.</param>
    /// <param name="held">The lock that others take before they make anything of that name: the helper, which may outlive the session, keeps it. Null where none will.</param>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    /// <exception cref="LxcException">What the helper failed with, or Canceled.</exception>
    internal static void RemoveTree(HelperProgram? helper, int parent, string name, string path, CancellationToken cancel, ContainerLock? held = null)
    {
        try
        {
            TreeRemoval.Remove(parent, name, path, cancel);
        }
        catch (LinuxException e) when (e.Number is Errno.EACCES or Errno.EPERM && helper is not null && Processes.EffectiveUserId != 0)
        {
            Run(helper, MappedWork.Remove, path, cancel, held);
        }
    }

    /// <summary>Removes the cgroups below one that a user's container made; see <see cref="UserCgroups"/>.</summary>
    /// <exception cref="LxcException">What the helper failed with.</exception>
    internal static void RemoveCgroups(HelperProgram helper, string directory) => Run(helper, MappedWork.RemoveCgroups, directory, CancellationToken.None);

    /// <summary>Finishes the restore of a user's container, see <see cref="Copying.RestoreSteps.Finish"/>: it cannot be stopped any more.</summary>
    /// <exception cref="LxcException">What the helper failed with.</exception>
    internal static void FinishRestore(HelperProgram helper, string directory, ContainerLock held) => Run(helper, MappedWork.Restore, directory, CancellationToken.None, held);

    /// <summary>Makes a root file system whose owners are the ids of a user's container.</summary>
    /// <param name="helper">The helper executable.</param>
    /// <param name="template">The template as the user named it, a path absolute.</param>
    /// <param name="context">What it is made for.</param>
    /// <param name="maps">The container's id maps; for root those under which a template script runs, none for a privileged container.</param>
    /// <exception cref="LxcException">TemplateFailed: a template that serves root alone; what the helper failed with; or Canceled.</exception>
    internal static TemplateResult Build(HelperProgram helper, string template, TemplateContext context, IReadOnlyList<IdMapEntry> maps)
    {
        RootfsTemplate parsed = RootfsTemplate.Parse(template);
        if (parsed.Kind == TemplateKind.None)
        {
            return parsed.Build(context);
        }

        if (parsed.Kind == TemplateKind.Host)
        {
            throw new LxcException(LxcErrorId.TemplateFailed, "The template 'Host' makes containers for root only: the files that it shares belong to the host's root, who is nobody in a user's container")
            {
                ContainerName = context.ContainerName,
                Step = "template",
                Errno = Errno.EPERM,
                Advice = "Use the template Busybox, or a directory or tar archive that holds a root file system; or run the session as root.",
            };
        }

        return Build(helper, descriptor => new MappedRequest
        {
            ReportDescriptor = descriptor,
            Work = MappedWork.Make,
            Maps = Processes.EffectiveUserId == 0 ? maps : UserMaps.WithOwn(maps),
            Directory = context.ContainerDirectory,
            Template = parsed switch { ArchiveTemplate archive => archive.Source, DirectoryTemplate directory => directory.Source, ScriptTemplate script => script.Source, _ => template },
            Arguments = context.Arguments,
            MapsOwners = Processes.EffectiveUserId == 0 && maps.Count > 0,
            Name = context.ContainerName,
            HostName = context.HostName,
        }.ToArguments(), context.Progress, context.CancellationToken, context.Output);
    }

    /// <summary>Has the helper make a root file system; what it tells of it.</summary>
    /// <param name="helper">The helper executable.</param>
    /// <param name="arguments">Its arguments, given the descriptor that it reports on.</param>
    /// <param name="progress">Told what the helper tells of its progress.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="output">Told what a template script writes, a line each.</param>
    /// <param name="transfer">Told how many bytes are copied.</param>
    /// <exception cref="LxcException">What the helper failed with; or Canceled.</exception>
    internal static TemplateResult Build(HelperProgram helper, Func<int, IReadOnlyList<string>> arguments, Action<string, int>? progress, CancellationToken cancel,
        Action<string>? output = null, Action<TransferProgress>? transfer = null)
    {
        List<KeyValuePair<string, string>> settings = [];
        Run(helper, arguments, fields =>
        {
            switch (fields[0])
            {
                case MappedHelper.SettingKind: settings.Add(new(fields[1], fields[2])); break;
                case MappedHelper.OutputKind: output?.Invoke(fields[1]); break;
                case MappedHelper.TransferKind: transfer?.Invoke(new TransferProgress(fields[1], long.Parse(fields[2]), long.Parse(fields[3]), -1)); break;
                default: progress?.Invoke(fields[1], int.Parse(fields[2])); break;
            }
        }, cancel);
        return new TemplateResult(settings, []);
    }

    /// <summary>
    /// Unpacks an archive into <c>rootfs</c> of a directory: by a process that is root of a user namespace alone, to whom nothing else of the
    /// host belongs, but to a user's what is his. Devices and entries that would leave the directory are refused by name.
    /// </summary>
    /// <param name="helper">The helper executable.</param>
    /// <param name="archive">The archive, an absolute path.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="keepsMetadata">Whether what an image's archive has beside the root file system is wanted too.</param>
    /// <param name="progress">Told what is done and how much of it, in percent.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LxcException">TemplateFailed, StorageFull, what the helper failed with; or Canceled.</exception>
    /// <returns>What an image's archive says of itself, where that was wanted and is there.</returns>
    internal static ImageMetadata? Unpack(HelperProgram helper, string archive, string directory, bool keepsMetadata, Action<string, int>? progress, CancellationToken cancel)
    {
        ImageMetadata? metadata = null;
        Run(helper, descriptor => new MappedRequest
        {
            ReportDescriptor = descriptor,
            Work = MappedWork.Make,
            Maps = UserMaps.OfImages(),
            Directory = directory,
            MapsOwners = Processes.EffectiveUserId == 0,
            KeepsMetadata = keepsMetadata,
            Template = archive,
        }.ToArguments(), fields =>
        {
            switch (fields[0])
            {
                case MappedHelper.ProgressKind: progress?.Invoke(fields[1], int.Parse(fields[2])); break;
                case MappedHelper.MetadataKind: metadata = ImageMetadata.OfFields(fields.AsSpan(1)); break;
            }
        }, cancel);
        return metadata;
    }

    /// <summary>Unpacks a layer of an image over what is in <c>rootfs</c> of a directory, as <see cref="Unpack"/> does an archive.</summary>
    /// <exception cref="LxcException">TemplateFailed, ImageInvalid, StorageFull, what the helper failed with; or Canceled.</exception>
    internal static void UnpackLayer(HelperProgram helper, string layer, string directory, Action<string, int>? progress, CancellationToken cancel) => Build(helper, descriptor => new MappedRequest
    {
        ReportDescriptor = descriptor,
        Work = MappedWork.Layer,
        Maps = UserMaps.OfImages(),
        Directory = directory,
        MapsOwners = Processes.EffectiveUserId == 0,
        Template = layer,
    }.ToArguments(), progress, cancel);

    /// <summary>
    /// Makes of what has been unpacked an image that containers boot from: nothing but the root file system stays, changed where that has to be;
    /// what is known of it then.
    /// </summary>
    /// <exception cref="LxcException">ImageInvalid: what an image of OCI's kind says of its program; StorageFull, what the helper failed with; or Canceled.</exception>
    internal static ImageInfo FinishImage(HelperProgram helper, ImageBuild build, ImageInfo info, CancellationToken cancel)
    {
        List<KeyValuePair<string, string>> settings = [.. info.Settings];
        List<string> changes = [.. info.Changes];
        long size = 0;
        Run(helper, descriptor => new MappedRequest
        {
            ReportDescriptor = descriptor,
            Work = MappedWork.Finish,
            Maps = UserMaps.OfImages(),
            Directory = build.Directory,
            MapsOwners = Processes.EffectiveUserId == 0,
            Template = build.ConfigName,
        }.ToArguments(), fields =>
        {
            switch (fields[0])
            {
                case MappedHelper.SettingKind: settings.Add(new(fields[1], fields[2])); break;
                case MappedHelper.ChangeKind: changes.Add(fields[1]); break;
                case MappedHelper.SizeKind: size = long.Parse(fields[1]); break;
            }
        }, cancel);
        return info with { Settings = settings, Changes = changes, Size = size };
    }

    // What takes all of the user's ids, and tells nothing but its end.
    private static void Run(HelperProgram helper, MappedWork work, string directory, CancellationToken cancel, ContainerLock? held = null) => Run(helper,
        descriptor => new MappedRequest { ReportDescriptor = descriptor, Work = work, Maps = UserMaps.OfEverything(), Directory = directory }.ToArguments(), _ => { }, cancel, held);

    private static void Run(HelperProgram helper, Func<int, IReadOnlyList<string>> arguments, Action<string[]> take, CancellationToken cancel, ContainerLock? held = null)
    {
        bool done = false;
        HelperCall.Run(helper, arguments, fields =>
        {
            done |= fields[0] == MappedHelper.DoneKind;
            if (!done)
            {
                take(fields);
            }
        }, cancel, held: held?.Descriptor ?? -1);
        if (!done)
        {
            throw new LxcException(LxcErrorId.StorageFailed, "The helper that works on the files of the container ended without a word")
            {
                Advice = "It may have been killed: see the kernel log for an out-of-memory kill.",
            };
        }
    }
}
