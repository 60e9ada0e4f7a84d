using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Rootless;
using LxcPS.Native;

namespace LxcPS.Engine.Store;

public sealed partial class ContainerStore
{
    /// <summary>
    /// Begins a container: makes its directory with mode 0770 as LXC does, marked as incomplete. The directory appears under its name in one
    /// step, already marked and locked, so of two sessions one gets it. What a killed creator left under the name is removed.
    /// </summary>
    /// <exception cref="LxcException">InvalidName, ContainerExists, PermissionDenied, StorageFull or StorageFailed.</exception>
    public ContainerCreation BeginCreate(string name)
    {
        ContainerName.Validate(name);
        int parent = -1;
        int directory = -1;
        int partial = -1;
        string hidden = string.Empty;
        try
        {
            // Others may pass, as the mapped root of a container has to, and not look: who has which containers is not theirs to know.
            FileTree.MakeDirectories(LxcPath, 0x1C9 /* 0711 */);
            parent = OpenStore();
            HiddenDirectory.Sweep(parent, LxcPath, RemoveTree, CancellationToken.None);
            directory = HiddenDirectory.Make(parent, name, out hidden);
            FileTree.ChangeMode(directory, 0x1F8 /* 0770 */, hidden);
            int flags = OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive;
            partial = Descriptors.OpenAt(directory, ContainerCreation.PartialName, flags, 0x180 /* 0600 */);
            FileLocks.TryLock(partial, ContainerCreation.PartialName);
            while (!TryAppear(parent, hidden, name))
            {
                ClearStale(parent, name);
            }

            ContainerCreation creation = new(this, name, directory, partial);
            directory = partial = -1;
            return creation;
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The directory of container '{DisplayText.Of(name)}' cannot be made", name);
        }
        finally
        {
            Discard(parent, hidden, directory);
            Descriptors.Close(partial);
            Descriptors.Close(directory);
            Descriptors.Close(parent);
        }
    }

    /// <summary>
    /// Removes a container's directory and all in it, also one whose creation was cut off. It is out of sight with the first step; what a
    /// killed removal leaves goes with the next creation or removal. The container must be stopped: the caller sees to that.
    /// </summary>
    /// <param name="name">The container.</param>
    /// <param name="held">The container's lock where the caller has it; it is taken otherwise.</param>
    /// <param name="cancel">Stops the removal, which cannot be taken back.</param>
    /// <exception cref="LxcException">
    /// InvalidName, ContainerNotFound, ContainerBusy, PermissionDenied, or StorageFailed, as when something is mounted in it.
    /// </exception>
    public void Delete(string name, ContainerLock? held = null, CancellationToken cancel = default)
    {
        ContainerName.Validate(name);
        using ContainerLock? own = held is null ? Lock(name, DefaultWait, cancel) : null;
        int parent = -1;
        try
        {
            // A directory that is neither a container nor was about to become one is not ours to remove.
            if (!FileTree.TryStatus(Descriptors.CurrentDirectory, DirectoryOf(name), false, out FileStatus status)
                || (!FileTree.Exists(ConfigPathOf(name)) && !FileTree.Exists(PartialPathOf(name))))
            {
                throw NotFound(name);
            }

            RequireRemovable(name, status);
            parent = OpenStore();
            if (PartialState(parent, name, out int partial) == Partial.Locked)
            {
                throw BeingCreated(name, LxcErrorId.ContainerBusy);
            }

            Descriptors.Close(partial);
            RemoveDirectory(name, cancel);
            HiddenDirectory.Sweep(parent, LxcPath, RemoveTree, cancel);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"Container '{DisplayText.Of(name)}' cannot be removed", name);
        }
        finally
        {
            Descriptors.Close(parent);
        }
    }

    /// <summary>Removes a directory below the store without asking what it is.</summary>
    internal void RemoveDirectory(string name, CancellationToken cancel)
    {
        int parent = -1;
        try
        {
            parent = OpenStore();
            HiddenDirectory.Remove(parent, LxcPath, name, RemoveTree, cancel);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"The directory of container '{DisplayText.Of(name)}' cannot be removed", name);
        }
        finally
        {
            Descriptors.Close(parent);
        }
    }

    /// <summary>Clears what a killed monitor of a container left; for whoever has its name (<see cref="ControlSocket.Reserve"/>).</summary>
    /// <exception cref="LxcException">What could not be cleared.</exception>
    internal void ClearLeftovers(string name) => RuntimeRecord.Clear(LxcPath, name,
        Helper is { } helper && Processes.EffectiveUserId != 0 ? directory => MappedFiles.RemoveCgroups(helper, directory) : null);

    private void RemoveTree(int parent, string name, string path, CancellationToken cancel) => MappedFiles.RemoveTree(Helper, parent, name, path, cancel);

    private int OpenStore() => Descriptors.Open(LxcPath, OpenFlags.ReadOnly | OpenFlags.Directory);

    // rename(2) replaces an empty directory and no other, which is what we want: an empty one is what a killed lxc-create leaves.
    private static bool TryAppear(int parent, string hidden, string name)
    {
        try
        {
            FileTree.Rename(parent, hidden, parent, name);
            return true;
        }
        catch (LinuxException e) when (e.Number is Errno.ENOTEMPTY or Errno.EEXIST or Errno.ENOTDIR)
        {
            return false;
        }
    }

    // Returns when the name is free again.
    private void ClearStale(int parent, string name)
    {
        Partial state = PartialState(parent, name, out int partial);
        try
        {
            switch (state)
            {
                case Partial.Locked:
                    throw BeingCreated(name, LxcErrorId.ContainerExists);
                case Partial.None:
                    throw new LxcException(LxcErrorId.ContainerExists, Exists(name)
                        ? $"There is a container '{DisplayText.Of(name)}' in '{DisplayText.Of(LxcPath)}' already"
                        : $"'{DisplayText.Of(DirectoryOf(name))}' is there already, and is no container")
                    {
                        ContainerName = name,
                        Path = DirectoryOf(name),
                        Advice = Exists(name) ? "Choose another name, or remove that container first." : "Move it away, or choose another name.",
                    };
                default:
                    HiddenDirectory.Remove(parent, LxcPath, name, RemoveTree, CancellationToken.None);
                    break;
            }
        }
        finally
        {
            Descriptors.Close(partial);
        }
    }

    // Stale leaves the file locked by us in the descriptor, so that one session at a time clears it.
    private static Partial PartialState(int parent, string name, out int partial)
    {
        string path = $"{name}/{ContainerCreation.PartialName}";
        while (true)
        {
            try
            {
                partial = Descriptors.OpenAt(parent, path, OpenFlags.ReadWrite | OpenFlags.NoFollow);
            }
            catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
            {
                partial = -1;
                return Partial.None;
            }

            if (!FileLocks.TryLock(partial, path))
            {
                Descriptors.Close(partial);
                partial = -1;
                return Partial.Locked;
            }

            // Committed, or cleared by another and made anew, between the two calls: look again.
            if (FileTree.TryStatus(parent, path, false, out FileStatus now) && now.Inode == FileTree.Status(partial, string.Empty).Inode)
            {
                return Partial.Stale;
            }

            Descriptors.Close(partial);
        }
    }

    private void RequireRemovable(string name, FileStatus status)
    {
        if (!status.IsDirectory)
        {
            string kind = status.IsSymbolicLink ? "a symbolic link" : "no directory";
            throw new LxcException(LxcErrorId.StorageFailed,
                $"Container '{DisplayText.Of(name)}' cannot be removed: '{DisplayText.Of(DirectoryOf(name))}' is {kind}")
            {
                ContainerName = name,
                Path = DirectoryOf(name),
                Advice = "Remove it by hand, and what it points to.",
            };
        }

        if (MountTable.FirstBelow(DirectoryOf(name)) is { } mount)
        {
            throw new LxcException(LxcErrorId.StorageFailed,
                $"Container '{DisplayText.Of(name)}' cannot be removed: something is mounted on '{DisplayText.Of(mount)}'")
            {
                ContainerName = name,
                Path = mount,
                Advice = $"Unmount it: umount '{DisplayText.Of(mount)}'.",
            };
        }
    }

    private LxcException BeingCreated(string name, string errorId) =>
        new(errorId, $"Container '{DisplayText.Of(name)}' is being created by another session")
        {
            ContainerName = name,
            Path = DirectoryOf(name),
            Advice = "Wait until it is there, or choose another name.",
        };

    private void Discard(int parent, string hidden, int directory)
    {
        if (directory < 0)
        {
            return;
        }

        try
        {
            RemoveTree(parent, hidden, $"{LxcPath}/{hidden}", CancellationToken.None);
        }
        catch (LinuxException)
        {
            // It is hidden and goes with the next creation; the error on its way is the one to tell.
        }
    }

    private enum Partial
    {
        None,
        Locked,
        Stale,
    }
}
