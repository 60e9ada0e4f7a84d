using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>
/// The writing side of a copy. The destination is resolved inside the root, links and all; below it nothing is followed, and every name is a
/// single component in an open directory. A file appears under its name when it is whole.
/// </summary>
internal sealed partial class ItemReceiver
{
    private const uint OwnerCanWrite = 0x80;

    private readonly int root;
    private readonly ItemReader input;
    private readonly ItemReport report;
    private readonly ItemRequest request;
    private readonly ItemOwners owners;
    private readonly ItemAttributes attributes;
    private readonly Random random;
    private readonly Stack<byte[]> above = new();
    private readonly List<byte[][]?> linked = [];
    private int top = -1;
    private byte[]? newName;
    private bool isFirst = true;
    private long bytes;
    private long names;

    /// <summary>Makes one.</summary>
    /// <param name="root">The root that the destination is resolved in.</param>
    /// <param name="input">What comes.</param>
    /// <param name="report">Is told what cannot be written.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="owners">Whose the files become.</param>
    /// <param name="attributes">Which extended attributes they get.</param>
    /// <param name="random">For names that last until a file is whole. Seeded before a container's /dev is this process's.</param>
    internal ItemReceiver(int root, ItemReader input, ItemReport report, ItemRequest request, ItemOwners owners, ItemAttributes attributes, Random random)
    {
        this.root = root;
        this.input = input;
        this.report = report;
        this.request = request;
        this.owners = owners;
        this.attributes = attributes;
        this.random = random;
    }

    /// <summary>Writes what comes, to its end.</summary>
    /// <exception cref="LxcException">
    /// ItemNotFound or ItemExists: the destination cannot be one. StorageFull, StorageFailed: nothing more can be written there. CopyFailed: what
    /// comes cannot be. Canceled: the other side has ended.
    /// </exception>
    internal int Run()
    {
        OpenDestination();
        if (input.Next() != ItemFrame.Begin)
        {
            throw ItemReader.Unsound("no beginning");
        }

        if (newName is not null && input.Offset > 1)
        {
            throw new LxcException(LxcErrorId.ItemNotFound, $"Several files can be copied into a directory only, and '{DisplayText.Of(request.Destination)}'{Where} is none")
            {
                ContainerName = request.Name,
                Step = "copy",
                Path = request.Destination,
                Advice = "Make the directory first.",
            };
        }

        while (true)
        {
            switch (input.Next())
            {
                case ItemFrame.Entry:
                    ReceiveTop(input.Entry);
                    break;
                case ItemFrame.Done:
                    attributes.TellRest();
                    return 0;
                default:
                    throw ItemReader.Unsound("something between two names");
            }
        }
    }

    // As Copy-Item has it: into a directory that is there, else under that name.
    private void OpenDestination()
    {
        string path = request.Destination;
        try
        {
            int place = TryOpen(path, OpenFlags.Path);
            if (place >= 0 && FileTree.Status(place, string.Empty).IsDirectory)
            {
                top = place;
                return;
            }

            Descriptors.Close(place);
            string trimmed = path.TrimEnd('/');
            string name = trimmed[(trimmed.LastIndexOf('/') + 1)..];
            top = trimmed.Length < path.Length || name is "" or "." or ".." ? -1
                : TryOpen(trimmed[..^name.Length] is { Length: > 0 } parent ? parent : ".", OpenFlags.Path | OpenFlags.Directory);
            if (top < 0)
            {
                throw new LxcException(LxcErrorId.ItemNotFound, $"There is no directory '{DisplayText.Of(path)}'{Where} to copy into")
                {
                    ContainerName = request.Name,
                    Step = "copy",
                    Path = path,
                    Advice = "Make it first, or name a place in a directory that is there. Links of a container lead nowhere else than inside it.",
                };
            }

            newName = Encoding.UTF8.GetBytes(name);
            if (place < 0 && RawNames.TryRead(top, newName) is not null)
            {
                throw Exists(path, "it is a link that leads nowhere", "Remove the link, or name another destination.");
            }
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"'{DisplayText.Of(path)}'{Where} cannot be copied into", request.Name);
        }
    }

    private void ReceiveTop(ItemEntry entry)
    {
        byte[] name = newName ?? entry.Name;
        if (newName is not null && !isFirst)
        {
            throw ItemReader.Unsound("more than was said");
        }

        isFirst = false;
        (long bytesBefore, long namesBefore) = (bytes, names);
        string path = newName is null ? $"{request.Destination.TrimEnd('/')}/{RawNames.Show(name)}" : request.Destination;
        if (Receive(top, entry, name, path, 0))
        {
            report.Copied(path, entry.Kind == ItemKind.Directory, bytes - bytesBefore, names - namesBefore);
        }
    }

    // False where it could not be written, which has been told; what belongs to it has been read past.
    private bool Receive(int directory, ItemEntry entry, byte[] name, string path, int depth)
    {
        if (entry.Kind == ItemKind.File && entry.Number >= 0)
        {
            if (entry.Number != linked.Count)
            {
                throw ItemReader.Unsound("a file out of its turn");
            }

            linked.Add(null);
        }

        bool isToSkip = entry.Kind is ItemKind.File or ItemKind.Directory;
        try
        {
            switch (entry.Kind)
            {
                case ItemKind.Directory:
                    return ReceiveDirectory(directory, entry, name, path, depth, ref isToSkip);
                case ItemKind.File:
                    return ReceiveFile(directory, entry, name, path, ref isToSkip);
                case ItemKind.SymbolicLink:
                    Replace(directory, entry, name, path, temporary =>
                    {
                        RawNames.MakeSymbolicLink(entry.Target, directory, temporary);
                        owners.Apply(directory, temporary, entry);
                        RawNames.SetTimes(directory, temporary, entry.Accessed, entry.Modified);
                    });
                    break;
                default:
                    Replace(directory, entry, name, path, temporary => MakeLink(directory, entry, temporary));
                    break;
            }

            names++;
            return true;
        }
        catch (LinuxException e)
        {
            if (e.Number is Errno.ENOSPC or Errno.EDQUOT or Errno.EROFS)
            {
                throw StorageError.Of(e, $"'{DisplayText.Of(path)}'{Where} cannot be written", request.Name);
            }

            report.Problem(e.Number is Errno.EACCES or Errno.EPERM ? LxcErrorId.PermissionDenied : LxcErrorId.CopyFailed,
                $"'{DisplayText.Of(path)}'{Where} cannot be written: {e.Message}", path, "See what is in its place, and the mode of the directory.", e);
        }
        catch (LxcException e) when (e.ErrorId == LxcErrorId.ItemExists)
        {
            report.Problem(e);
        }

        if (isToSkip)
        {
            Skip(entry.Kind, depth);
        }

        return false;
    }

    private bool ReceiveDirectory(int parent, ItemEntry entry, byte[] name, string path, int depth, ref bool isToSkip)
    {
        if (depth > ItemSender.MaximumDepth)
        {
            throw ItemReader.Unsound("directories without end");
        }

        bool isNew = RawNames.MakeDirectory(parent, name, 0x1C0 /* 0700 until it is whole */);
        if (!isNew && RawNames.TryRead(parent, name) is { IsDirectory: false } other)
        {
            throw Exists(path, $"it is {other.Kind}, where a directory is to be", "Remove it first.");
        }

        int fd = RawNames.Open(parent, name, OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            isToSkip = false;
            names++;
            above.Push(name);
            while (input.Next() is var frame and not ItemFrame.End)
            {
                if (frame != ItemFrame.Entry)
                {
                    throw ItemReader.Unsound("something in a directory that is no name");
                }

                ItemEntry child = input.Entry;
                Receive(fd, child, child.Name, $"{path}/{RawNames.Show(child.Name)}", depth + 1);
            }

            above.Pop();
            if (isNew)
            {
                owners.Apply(fd, [], entry);
                attributes.Apply(fd, entry, path);
                FileTree.ChangeMode(fd, owners.ModeOf(entry), path);
                RawNames.SetTimes(parent, name, entry.Accessed, entry.Modified);
            }

            return true;
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    private bool ReceiveFile(int directory, ItemEntry entry, byte[] name, string path, ref bool isToSkip)
    {
        bool isWhole = false;
        bool isRead = false;
        try
        {
            Replace(directory, entry, name, path, temporary =>
            {
                int fd = RawNames.Open(directory, temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, 0x180 /* 0600 */);
                try
                {
                    isWhole = ReceiveData(fd, entry, name, path, ref isRead);
                    if (isWhole)
                    {
                        // The owner first: a change of it takes the set-id bits and the capabilities away.
                        owners.Apply(fd, [], entry);
                        attributes.Apply(fd, entry, path);
                        FileTree.ChangeMode(fd, owners.ModeOf(entry), path);
                        RawNames.SetTimes(directory, temporary, entry.Accessed, entry.Modified);
                    }
                }
                finally
                {
                    Descriptors.Close(fd);
                }

                return isWhole;
            });
        }
        finally
        {
            isToSkip = !isRead;
        }

        if (isWhole)
        {
            names++;
            if (entry.Number >= 0)
            {
                linked[entry.Number] = [.. above.Reverse(), name];
            }
        }

        return isWhole;
    }
}
