using LxcPS.Engine.Copying;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Storage;

/// <summary>
/// Fills root file systems that have to be mounted for it, or whose source has: in a process whose mounts nobody else has and which dies with the
/// session. So whatever ends it, no mount, no loop device and no program stays behind. For users it is root of a user namespace, to whom the files
/// of their containers belong.
/// </summary>
public static class StorageHelper
{
    /// <summary>Carries a task out; the result is 0, or 125 when it failed.</summary>
    public static int Run(StorageTask task)
    {
        using Reporter reporter = new(task.ReportDescriptor);
        return Guard(() =>
        {
            Processes.SetParentDeathSignal(9);
            reporter.ThrowIfAbandoned();
            return task.Maps.Count == 0 ? MappedChild.RunWithMounts(() => Guard(() => Fill(task, reporter)))
                : MappedChild.Run(task.Maps, () => Guard(() => FillAsUser(task, reporter)));
        });

        int Guard(Func<int> work) => reporter.Guard(work, e => StorageError.Of(e, $"The root file system of container '{task.Name}' cannot be made in '{DisplayText.Of(task.Directory)}'", task.Name));
    }

    private static int FillAsUser(StorageTask task, Reporter reporter)
    {
        MappedChild.UnshareMounts();
        return Fill(task, reporter);
    }

    private static int Fill(StorageTask task, Reporter reporter)
    {
        RootfsSource target = RootfsSource.Parse(task.Rootfs);
        string place = target.Type == "overlay" ? target.Directory : $"{task.Directory}/rootfs";
        RootfsSource? source = task.Source.Length > 0 ? RootfsSource.Parse(task.Source) : null;
        int files = source?.OpenToRead() ?? -1;
        if (task.Maps.Count > 0)
        {
            MappedChild.BecomeRoot();
        }

        if (task.Size > 0)
        {
            LoopImage.Make(target.Directory, task.Size, task.Name);
        }

        if (task.FileSystem.Length > 0)
        {
            BlockFileSystem.Make(target.Directory, task.FileSystem, isZero: task.Size > 0, task.Name);
        }

        if (target.IsMounted)
        {
            FileTree.MakeDirectory(Descriptors.CurrentDirectory, place, 0x1ED);
            MountCalls.Attach(target.Open(-1, 0, 0), place);
        }
        else if (target.Type == "overlay")
        {
            OverlayLayers.Make(target.Lower[^1], Path.GetDirectoryName(place)!, Path.GetFileName(place), Path.GetFileName(RootfsSource.WorkDirectoryOf(place)));
        }
        else if (target.Type == "dir")
        {
            FileTree.MakeDirectory(Descriptors.CurrentDirectory, place, 0x1C0);
        }

        if (task.Template.Length > 0)
        {
            MappedHelper.Report(reporter, RootfsTemplate.Parse(task.Template).Build(new TemplateContext
            {
                ContainerName = task.Name,
                HostName = task.HostName,
                ContainerDirectory = task.Directory,
                Progress = (text, percent) => reporter.Fields(MappedHelper.ProgressKind, text, percent.ToString()),
            }));
        }
        else
        {
            Copy(task, target, source, files, place, reporter);
        }

        // What could not be written is told now, or never.
        FileTree.SyncFileSystem(Descriptors.Open(place, OpenFlags.Directory), place);
        reporter.Fields(MappedHelper.DoneKind);
        return 0;
    }

    private static void Copy(StorageTask task, RootfsSource target, RootfsSource? source, int files, string place, Reporter reporter)
    {
        if (source is not null)
        {
            TreeCopy.OfMount(files, place, task.Name, done => reporter.Fields(MappedHelper.TransferKind, done.Activity, done.Bytes.ToString(), ((long)done.BytesPerSecond).ToString()));
            if (source.HasFileSystem && !target.HasFileSystem)
            {
                RemoveLostAndFound(place);
            }
        }

        CopiedIdentity identity = new(target.Type == "overlay" ? target.Lower[^1] : null, place);
        if (task.HostName.Length > 0 && task.OldHostName.Length > 0)
        {
            identity.Renew(task.OldHostName, task.HostName);
        }
        else if (task.HostName.Length > 0)
        {
            identity.Name(task.HostName);
        }
    }

    // The file system's own, not the container's. fsck(8) may have put something there.
    private static void RemoveLostAndFound(string place)
    {
        string path = $"{place}/lost+found";
        if (FileTree.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
        {
            FileTree.Remove(Descriptors.CurrentDirectory, path, isDirectory: true);
        }
    }
}
