using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <content>How a file comes under its name.</content>
internal sealed partial class ItemReceiver
{
    private string Where => request.IsInto ? $" in container '{request.Name}'" : string.Empty;

    private void Replace(int directory, ItemEntry entry, byte[] name, string path, Action<byte[]> make) => Replace(directory, entry, name, path, temporary =>
    {
        make(temporary);
        return true;
    });

    // Made under another name first, and renamed when it is whole.
    private void Replace(int directory, ItemEntry entry, byte[] name, string path, Func<byte[], bool> make)
    {
        if (RawNames.TryRead(directory, name) is { } there)
        {
            if (!there.IsRegular && !there.IsSymbolicLink)
            {
                throw Exists(path, $"it is {there.Kind}", "Remove it first.");
            }

            if (there.IsRegular && (there.Mode & OwnerCanWrite) == 0 && !request.Force)
            {
                throw Exists(path, "it may not be written", "Use -Force.");
            }
        }

        byte[] temporary = Encoding.ASCII.GetBytes($".lxcps-{random.NextInt64():x16}");
        try
        {
            if (make(temporary))
            {
                RawNames.Rename(directory, temporary, name);
            }
        }
        finally
        {
            // Gone, when it was renamed; and still there where both were the same file already.
            RawNames.Remove(directory, temporary);
        }
    }

    private bool ReceiveData(int fd, ItemEntry entry, byte[] name, string path, ref bool isRead)
    {
        long position = 0;
        while (true)
        {
            switch (input.Next())
            {
                case ItemFrame.Data when input.Offset >= 0 && input.Offset <= entry.Size - input.Data.Length:
                    if (input.Offset != position)
                    {
                        Descriptors.Seek(fd, input.Offset);
                    }

                    Descriptors.WriteAll(fd, input.Data, path);
                    position = input.Offset + input.Data.Length;
                    bytes += input.Data.Length;
                    break;
                case ItemFrame.End when input.Offset >= 0 && input.Offset <= entry.Size:
                    isRead = true;
                    RawNames.SetLength(fd, input.Offset, name);
                    return true;
                case ItemFrame.Abandon:
                    isRead = true;
                    return false;
                default:
                    throw ItemReader.Unsound("something in a file that is not its data");
            }
        }
    }

    private void MakeLink(int directory, ItemEntry entry, byte[] temporary)
    {
        if (entry.Number >= linked.Count || entry.Number < 0)
        {
            throw ItemReader.Unsound("another name of a file that did not come");
        }

        if (linked[entry.Number] is not { } first)
        {
            throw new LinuxException("link", Errno.ENOENT, RawNames.Show(entry.Name));
        }

        // By the names that it was written under, one after the other: what lies there by now may be anything, but it lies there.
        int at = Descriptors.Duplicate(top);
        try
        {
            foreach (byte[] component in first.AsSpan(0, first.Length - 1))
            {
                int next = RawNames.Open(at, component, OpenFlags.Path | OpenFlags.Directory);
                Descriptors.Close(at);
                at = next;
            }

            RawNames.MakeLink(at, first[^1], directory, temporary);
        }
        finally
        {
            Descriptors.Close(at);
        }
    }

    // Reads past what belongs to a file or directory that could not be written.
    private void Skip(ItemKind kind, int depth)
    {
        if (depth > ItemSender.MaximumDepth)
        {
            throw ItemReader.Unsound("directories without end");
        }

        while (true)
        {
            switch (input.Next())
            {
                case ItemFrame.End:
                case ItemFrame.Abandon when kind == ItemKind.File:
                    return;
                case ItemFrame.Data when kind == ItemKind.File:
                    break;
                case ItemFrame.Entry when kind == ItemKind.Directory:
                    if (input.Entry is { Kind: ItemKind.File, Number: >= 0 })
                    {
                        linked.Add(null);
                    }

                    if (input.Entry.Kind is ItemKind.File or ItemKind.Directory)
                    {
                        Skip(input.Entry.Kind, depth + 1);
                    }

                    break;
                default:
                    throw ItemReader.Unsound("something in what is left out");
            }
        }
    }

    private int TryOpen(string path, int flags) => Descriptors.TryOpenInRoot(root, path, flags);

    private LxcException Exists(string path, string reason, string advice) =>
        new(LxcErrorId.ItemExists, $"'{DisplayText.Of(path)}'{Where} is not replaced: {reason}")
        {
            ContainerName = request.Name,
            Step = "copy",
            Path = path,
            Advice = advice,
        };
}
