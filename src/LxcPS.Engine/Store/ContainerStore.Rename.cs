using LxcPS.Engine.Configuration;
using LxcPS.Engine.Copying;
using LxcPS.Native;

namespace LxcPS.Engine.Store;

public sealed partial class ContainerStore
{
    // What is left to do is noted in the directory before it moves, so whoever opens the container next can finish.
    private const string RenameNote = ".renaming";

    /// <summary>
    /// Gives a container another name: its directory moves in one step, and paths into it in its configuration, its snapshots' and its mount
    /// table follow, as does a host name that was its name. Killed at any time the container is there under one of the names, and
    /// <see cref="LoadConfig(string)"/> finishes or takes back the rest. The container must be stopped: the caller sees to that.
    /// </summary>
    /// <param name="name">The container.</param>
    /// <param name="newName">What it is called from then on.</param>
    /// <exception cref="LxcException">
    /// InvalidName, ContainerNotFound, ContainerExists, ContainerBusy, PermissionDenied, StorageFull or StorageFailed.
    /// </exception>
    public void Rename(string name, string newName)
    {
        ContainerName.Validate(name);
        ContainerName.Validate(newName);
        if (name == newName)
        {
            RequireExisting(name);
            return;
        }

        // Always in one order, or two sessions that swap names wait for each other.
        bool inOrder = string.CompareOrdinal(name, newName) < 0;
        using ContainerLock first = Lock(inOrder ? name : newName, DefaultWait);
        using ContainerLock second = Lock(inOrder ? newName : name, DefaultWait);
        RequireExisting(name);
        FinishRename(name);
        string note = $"{DirectoryOf(name)}/{RenameNote}";
        int parent = -1;
        try
        {
            parent = OpenStore();
            AtomicFile.Write(note, System.Text.Encoding.UTF8.GetBytes($"{name}\n{newName}\n"));
            try
            {
                while (!TryAppear(parent, name, newName))
                {
                    ClearStale(parent, newName);
                }
            }
            catch
            {
                FileTree.Remove(Descriptors.CurrentDirectory, note);
                throw;
            }

            try
            {
                FinishRename(newName);
            }
            catch (LxcException e)
            {
                throw new LxcException(e.ErrorId, $"Container '{DisplayText.Of(name)}' is called '{DisplayText.Of(newName)}' now, but not in all of its files: {e.Message}", e)
                {
                    ContainerName = newName,
                    Path = e.Path,
                    Errno = e.Errno,
                    Advice = $"The next cmdlet that opens '{DisplayText.Of(newName)}' changes the rest. {e.Advice}",
                };
            }

            FileTree.Sync(parent, LxcPath);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"Container '{DisplayText.Of(name)}' cannot be renamed to '{DisplayText.Of(newName)}'", name);
        }
        finally
        {
            Descriptors.Close(parent);
        }
    }

    /// <summary>Finishes a change of name, or a restore, that was cut off; without one it costs two looks at the directory.</summary>
    /// <exception cref="LxcException">ContainerBusy: it is going on; PermissionDenied, StorageFull or StorageFailed.</exception>
    public void Repair(string name)
    {
        if (FileTree.Exists($"{DirectoryOf(name)}/{RenameNote}") || FileTree.Exists($"{DirectoryOf(name)}/{RestoreSteps.Note}"))
        {
            using ContainerLock own = Lock(name, DefaultWait);
            FinishRename(name);
            RestoreSteps.Finish(DirectoryOf(name), Helper, own);
        }
    }

    // Under the lock. All steps can be done again: the old path does not occur in what has been rewritten.
    private void FinishRename(string name)
    {
        string note = $"{DirectoryOf(name)}/{RenameNote}";
        if (!FileTree.Exists(note))
        {
            return;
        }

        try
        {
            string[] names = Descriptors.ReadText(note).Split('\n');
            if (names.Length > 1 && names[1] == name && ContainerName.IsValid(names[0]))
            {
                RewriteFiles(names[0], name);
            }

            FileTree.Remove(Descriptors.CurrentDirectory, note);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The change of name of container '{DisplayText.Of(name)}' cannot be finished", name);
        }
    }

    private void RewriteFiles(string oldName, string name)
    {
        PathChange change = new(DirectoryOf(oldName), DirectoryOf(name));
        List<string> files = [ConfigPathOf(name)];
        string snapshots = SnapshotStore.PathOf(this, name);
        if (Directory.Exists(snapshots))
        {
            foreach (string directory in Directory.GetDirectories(snapshots))
            {
                files.Add($"{directory}/{ConfigName}");
            }
        }

        foreach (string file in files)
        {
            if (FileTree.Exists(file))
            {
                ContainerConfig config = ContainerConfig.Load(file, out _);
                if (config.Rewrite((key, value) => key switch
                    {
                        "lxc.uts.name" => value == oldName ? name : null,
                        "lxc.mount.entry" => change.ApplyToMounts(value),
                        _ => change.Apply(value),
                    }))
                {
                    config.Save();
                }
            }
        }

        // A table of mounts that lies in the directory has paths into it, too.
        if (ContainerConfig.Load(ConfigPathOf(name), out _).Get("lxc.mount.fstab") is { } table
            && table.StartsWith(DirectoryOf(name) + "/", StringComparison.Ordinal) && FileTree.Exists(table))
        {
            string text = ConfigText.Decode(ConfigText.ReadAll(table), out System.Text.Encoding encoding);
            string changed = change.ApplyToMounts(text);
            if (changed != text)
            {
                AtomicFile.Write(table, encoding.GetBytes(changed));
            }
        }
    }
}
