using LxcPS.Engine.Mounts;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>
/// A place in a container that something is mounted on; in a process that has joined the container's mount namespace. What a container needs as
/// it is can be none: its root, /proc, /sys and /dev, and all that is in them.
/// </summary>
internal sealed class ItemPlace
{
    /// <summary>The names in the root of what a container needs as it is.</summary>
    internal static readonly string[] Needed = ["proc", "sys", "dev"];

    private readonly int root;
    private readonly string container;
    private readonly string path;

    /// <summary>Refers to a place.</summary>
    /// <param name="root">The container's root.</param>
    /// <param name="container">The container, for messages.</param>
    /// <param name="path">The place, from the root on.</param>
    internal ItemPlace(int root, string container, string path)
    {
        this.root = root;
        this.container = container;
        this.path = path;
    }

    private string Relative => path.TrimStart('/');

    /// <summary>Attaches a mount, on a directory or an empty file that is made where it is missing.</summary>
    /// <exception cref="LxcException">ItemExists, ItemInvalid.</exception>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal void Attach(int mount)
    {
        bool isDirectory = FileTree.Status(mount, string.Empty).IsDirectory;
        RequireFree(OpenDeepest(out string? missing));
        int place = TargetPath.OpenOrCreate(root, Relative, isDirectory);
        try
        {
            RequireFree(place);
            if (FileTree.Status(place, string.Empty).IsDirectory != isDirectory)
            {
                throw Error(LxcErrorId.ItemExists, $"it is {(isDirectory ? "no directory" : "a directory")}, and what is mounted is {(isDirectory ? "one" : "a file")}", "Choose another -Destination.");
            }

            MountCalls.Move(mount, place, path);
        }
        catch when (missing is not null)
        {
            RemoveMade(missing);
            throw;
        }
    }

    /// <summary>Takes the uppermost mount at the place away. Who has files of it open keeps them.</summary>
    /// <exception cref="LxcException">ItemNotFound: nothing is mounted there. ItemInvalid.</exception>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal void Detach()
    {
        int place = TargetPath.TryOpen(root, Relative);
        if (place < 0)
        {
            throw NothingMounted();
        }

        RequireFree(place);
        string name = ".";
        if (FileTree.Status(place, string.Empty).IsDirectory)
        {
            FileTree.ChangeDirectory(place);
        }
        else
        {
            // A single name in the directory that is worked in: nothing of it is followed.
            int slash = Relative.LastIndexOf('/');
            FileTree.ChangeDirectory(Descriptors.OpenInRoot(root, slash < 0 ? "." : Relative[..slash], OpenFlags.Path | OpenFlags.Directory));
            name = Relative[(slash + 1)..];
        }

        try
        {
            MountCalls.Detach(name);
        }
        catch (LinuxException e) when (e.Number == Errno.EINVAL)
        {
            throw NothingMounted();
        }
    }

    // By what it is and what it is in, whatever path leads there: a link of the container's gives /proc another name, but makes it nothing else.
    private void RequireFree(int place)
    {
        FileStatus status = FileTree.Status(place, string.Empty);
        FileStatus ours = FileTree.Status(root, string.Empty);
        bool isNeeded = IsSame(status, ours);
        ulong above = status.IsDirectory ? StatusAbove(place).FileSystem : status.FileSystem;
        foreach (string name in Needed)
        {
            int fd = TargetPath.TryOpen(root, name);
            if (fd >= 0)
            {
                FileStatus needed = FileTree.Status(fd, string.Empty);
                isNeeded |= IsSame(status, needed) || (needed.FileSystem != ours.FileSystem && (above == needed.FileSystem || status.FileSystem == needed.FileSystem));
                Descriptors.Close(fd);
            }
        }

        if (isNeeded)
        {
            throw Error(LxcErrorId.ItemInvalid, "the container needs as it is what is there", "The root, /proc, /sys and /dev and what is in them stay. Choose another -Destination.");
        }
    }

    private static FileStatus StatusAbove(int directory)
    {
        int fd = Descriptors.OpenAt(directory, "..", OpenFlags.Path | OpenFlags.Directory);
        try
        {
            return FileTree.Status(fd, string.Empty);
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    private static bool IsSame(FileStatus one, FileStatus other) => one.FileSystem == other.FileSystem && one.Inode == other.Inode;

    // The deepest part of the path that exists, and the first that does not: null where all of it does.
    private int OpenDeepest(out string? missing)
    {
        missing = null;
        int deepest = Descriptors.OpenInRoot(root, ".", OpenFlags.Path | OpenFlags.Directory);
        string walked = string.Empty;
        foreach (string part in Relative.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            walked = walked.Length == 0 ? part : $"{walked}/{part}";
            int next = TargetPath.TryOpen(root, walked);
            if (next < 0)
            {
                missing = walked;
                break;
            }

            Descriptors.Close(deepest);
            deepest = next;
        }

        return deepest;
    }

    // What was made for a mount that did not come, from its end to the first part that was missing; only what is empty goes.
    private void RemoveMade(string missing)
    {
        string made = Relative.TrimEnd('/');
        while (made.Length >= missing.Length)
        {
            int slash = made.LastIndexOf('/');
            string name = made[(slash + 1)..];
            int parent = TargetPath.TryOpen(root, slash < 0 ? string.Empty : made[..slash]);
            if (parent >= 0 && FileTree.TryStatus(parent, name, false, out FileStatus status) && (status.IsDirectory || (status.IsRegular && status.Size == 0)))
            {
                FileTree.Remove(parent, name, status.IsDirectory);
            }

            Descriptors.Close(parent);
            made = slash < 0 ? string.Empty : made[..slash];
        }
    }

    private LxcException NothingMounted() => new(LxcErrorId.ItemNotFound, $"Nothing is mounted at '{DisplayText.Of(path)}' in container '{container}'")
    {
        ContainerName = container,
        Step = "mount",
        Path = path,
        Advice = $"See what is mounted there: Invoke-LxcCommand {container} cat /proc/mounts.",
    };

    private LxcException Error(string id, string reason, string advice) => new(id, $"'{DisplayText.Of(path)}' in container '{container}' cannot be the place of a mount: {reason}")
    {
        ContainerName = container,
        Step = "mount",
        Path = path,
        Advice = advice,
    };
}
