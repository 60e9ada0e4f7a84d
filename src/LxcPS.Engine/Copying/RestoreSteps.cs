using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Rootless;
using LxcPS.Engine.Storage;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>
/// The last part of a restore: the container's files are set aside, those of the snapshot take their place. A note says how far it is, so that it
/// can be gone on with after a power cut: each step can be done again. The configuration is replaced at the end, in one step, so that the
/// container is there all the time.
/// </summary>
internal static class RestoreSteps
{
    /// <summary>The note of a restore that is to be finished.</summary>
    internal const string Note = ".restoring";

    internal const string New = "new";
    private const string Old = "old";
    private const string SetAside = "aside";
    private const string PutInPlace = "place";

    // What is the container's and not the snapshot's.
    private static readonly string[] Kept = [SnapshotStore.DirectoryName, SnapshotStore.Staging, Note, Dependents.Needed, ContainerStore.ConfigName];

    /// <summary>From now on it is finished, whatever happens.</summary>
    internal static void Begin(string directory) => AtomicFile.Write($"{directory}/{Note}", Encoding.UTF8.GetBytes(SetAside));

    /// <summary>Finishes a restore, where there is one. Under the container's lock.</summary>
    /// <param name="directory">The container's directory.</param>
    /// <param name="helper">The helper executable: a user may not move the directories of his container's root; null where there is none.</param>
    /// <param name="held">The container's lock, which the helper keeps; null without one.</param>
    /// <exception cref="LxcException">StorageFailed or PermissionDenied: it can be finished later.</exception>
    internal static void Finish(string directory, HelperProgram? helper, ContainerLock? held)
    {
        string note = $"{directory}/{Note}";
        if (!FileTree.Exists(note))
        {
            return;
        }

        if (helper is not null && held is not null && Processes.EffectiveUserId != 0)
        {
            MappedFiles.FinishRestore(helper, directory, held);
            return;
        }

        string staging = $"{directory}/{SnapshotStore.Staging}";
        try
        {
            if (Descriptors.ReadText(note) == SetAside)
            {
                Directory.CreateDirectory($"{staging}/{Old}");
                Move(directory, $"{staging}/{Old}", Kept);

                // The container keeps its configuration until the end; this copy names the volume that goes with the old files.
                if (FileTree.Exists($"{directory}/{ContainerStore.ConfigName}"))
                {
                    AtomicFile.Write($"{staging}/{Old}/{ContainerStore.ConfigName}", ConfigText.ReadAll($"{directory}/{ContainerStore.ConfigName}"));
                }

                AtomicFile.Write(note, Encoding.UTF8.GetBytes(PutInPlace));
            }

            if (Directory.Exists($"{staging}/{New}"))
            {
                Move($"{staging}/{New}", directory, [ContainerStore.ConfigName]);
                string config = $"{staging}/{New}/{ContainerStore.ConfigName}";
                if (FileTree.Exists(config))
                {
                    FileTree.Rename(Descriptors.CurrentDirectory, config, Descriptors.CurrentDirectory, $"{directory}/{ContainerStore.ConfigName}");
                }
            }

            FileTree.Remove(Descriptors.CurrentDirectory, note);
            RemoveStaging(directory, null, null, CancellationToken.None);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The restore in '{DisplayText.Of(directory)}' cannot be finished");
        }
    }

    /// <summary>Removes what a restore has put together, or set aside. Under the container's lock, which the helper keeps: the next restore uses the same name.</summary>
    internal static void RemoveStaging(string directory, HelperProgram? helper, ContainerLock? held, CancellationToken cancel)
    {
        int parent = Descriptors.Open(directory, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            FileTree.Sync(parent, directory);
            OwnVolumes.Remove($"{directory}/{SnapshotStore.Staging}", Path.GetFileName(directory));
            MappedFiles.RemoveTree(helper, parent, SnapshotStore.Staging, $"{directory}/{SnapshotStore.Staging}", cancel, held);
        }
        finally
        {
            Descriptors.Close(parent);
        }
    }

    private static void Move(string from, string to, string[] except)
    {
        foreach (string entry in Directory.GetFileSystemEntries(from))
        {
            string file = Path.GetFileName(entry);
            if (!except.Contains(file))
            {
                FileTree.Rename(Descriptors.CurrentDirectory, entry, Descriptors.CurrentDirectory, $"{to}/{file}");
            }
        }
    }
}
