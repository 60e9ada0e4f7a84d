using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>
/// The reading side of a copy. A path that is given is resolved inside the root, links and all; below it no link is followed. What cannot be read
/// is told and left out.
/// </summary>
internal sealed class ItemSender
{
    /// <summary>The most directories below one another: each is open while what is in it is read.</summary>
    internal const int MaximumDepth = 400;

    /// <summary>The most files with several names that are told apart.</summary>
    private const int MaximumLinks = 100_000;

    /// <summary>How much is read of a file that says to have no bytes, as those of proc(5) do.</summary>
    private const long MaximumUnsized = 16 << 20;

    private readonly int root;
    private readonly ItemWriter output;
    private readonly ItemReport report;
    private readonly ItemRequest request;
    private readonly ItemAttributes attributes;
    private readonly byte[] frame = new byte[ItemWriter.DataHead + ItemWriter.MaximumData];
    private readonly Dictionary<(ulong FileSystem, ulong Inode), int> numbers = [];
    private long bytes;
    private long names;

    internal ItemSender(int root, ItemWriter output, ItemReport report, ItemRequest request, ItemAttributes attributes)
    {
        this.root = root;
        this.output = output;
        this.report = report;
        this.request = request;
        this.attributes = attributes;
    }

    /// <summary>Sends all that the request names.</summary>
    /// <exception cref="LxcException">Canceled: the other side has ended. ItemInvalid: a pattern means too much.</exception>
    internal int Run()
    {
        List<byte[]> named = [];
        foreach (string path in request.Paths)
        {
            Try(path, () => named.AddRange(request.HasWildcards ? PathPattern.Expand(root, path, request.Force) : [Encoding.UTF8.GetBytes(path)]));
        }

        output.Begin(named.Count);
        foreach (byte[] path in named)
        {
            Try(RawNames.Show(path), () => SendTop(path));
        }

        attributes.TellRest();
        output.Done();
        return 0;
    }

    private void SendTop(byte[] path)
    {
        ReadOnlySpan<byte> trimmed = path.AsSpan().TrimEnd((byte)'/');
        ReadOnlySpan<byte> name = trimmed[(trimmed.LastIndexOf((byte)'/') + 1)..];
        if (name.Length == 0 || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8))
        {
            report.Problem(LxcErrorId.ItemInvalid, $"'{Shown(path)}' has no name that the copy could bear", Shown(path), "Name what is in it: " + Shown(trimmed) + "/*");
            return;
        }

        int place = RawNames.OpenInRoot(root, path, OpenFlags.Path);
        FileDetails details = RawNames.Read(place, name);
        Descriptors.Close(place);
        if (!details.IsDirectory && !details.IsRegular)
        {
            ReportSpecial(details, path);
            return;
        }

        // Again, as the first only refers to it: whatever else is there by now is told by what was opened.
        int fd = RawNames.OpenInRoot(root, path, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal);
        try
        {
            SendOpen(fd, name.ToArray(), Shown(path), 0);
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    private void SendName(int directory, byte[] name, string path, int depth)
    {
        if (RawNames.TryRead(directory, name) is not { } details)
        {
            // It went while the directory was read.
            return;
        }

        if (details.IsSymbolicLink)
        {
            byte[] target = RawNames.ReadLink(directory, name);
            Count(path);
            output.Entry(EntryOf(ItemKind.SymbolicLink, name, details, target: target));
            return;
        }

        if (!details.IsDirectory && !details.IsRegular)
        {
            ReportSpecial(details, Encoding.UTF8.GetBytes(path));
            return;
        }

        int fd = RawNames.Open(directory, name, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal);
        try
        {
            SendOpen(fd, name, path, depth);
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    private void SendOpen(int fd, byte[] name, string path, int depth)
    {
        FileDetails details = RawNames.Read(fd, name);
        if (details.IsDirectory)
        {
            SendDirectory(fd, name, path, details, depth);
        }
        else if (details.IsRegular)
        {
            SendFile(fd, name, path, details);
        }
        else
        {
            ReportSpecial(details, Encoding.UTF8.GetBytes(path));
        }
    }

    private void SendDirectory(int fd, byte[] name, string path, FileDetails details, int depth)
    {
        if (depth == MaximumDepth)
        {
            report.Problem(LxcErrorId.ItemInvalid, $"'{Shown(path)}' is more than {MaximumDepth} directories deep and is left out", path, "Copy it by a path of its own.");
            return;
        }

        if (IsOfTheKernel(fd, path))
        {
            report.Problem(LxcErrorId.ItemInvalid, $"'{Shown(path)}' is a file system of the kernel's, which has no files to copy", path, "Copy single files of it.");
            return;
        }

        Count(path);
        output.Entry(EntryOf(ItemKind.Directory, name, details, attributes: attributes.Read(fd, path)));
        if (request.Recurse)
        {
            DirectoryReader reader = new(fd, path, new byte[8192]);
            Try(path, () =>
            {
                while (reader.Next())
                {
                    byte[] child = reader.NameBytes.ToArray();
                    string below = $"{path}/{RawNames.Show(child)}";
                    Try(below, () => SendName(fd, child, below, depth + 1));
                }
            });
        }

        output.End();
    }

    private void SendFile(int fd, byte[] name, string path, FileDetails details)
    {
        (ulong, ulong) identity = (details.FileSystem, details.Inode);
        if (numbers.TryGetValue(identity, out int number))
        {
            Count(path);
            output.Entry(EntryOf(ItemKind.HardLink, name, details, number));
            return;
        }

        number = -1;
        if (details.Links > 1 && numbers.Count < MaximumLinks)
        {
            number = numbers.Count;
            numbers.Add(identity, number);
        }

        Count(path);
        long size = details.Size > 0 ? details.Size : MaximumUnsized;
        output.Entry(EntryOf(ItemKind.File, name, details, number, size, attributes: attributes.Read(fd, path)));
        try
        {
            output.End(SendData(fd, path, size));
        }
        catch (LinuxException e)
        {
            output.Abandon();
            ReportUnread(path, e);
        }
    }

    // The size at the end: less than was said where the file has become shorter meanwhile, and never more, however it grows.
    private long SendData(int fd, string path, long size)
    {
        for (long offset = 0; offset < size;)
        {
            long data = RawNames.NextData(fd, offset);
            if (data < 0)
            {
                return Math.Min(size, Math.Max(offset, RawNames.Read(fd, Encoding.UTF8.GetBytes(path)).Size));
            }

            long end = Math.Min(size, RawNames.NextHole(fd, data));
            Descriptors.Seek(fd, data);
            for (offset = data; offset < end;)
            {
                int count = Descriptors.Read(fd, frame.AsSpan(ItemWriter.DataHead, (int)Math.Min(ItemWriter.MaximumData, end - offset)), path);
                if (count <= 0)
                {
                    return offset;
                }

                output.Data(frame, offset, count);
                offset += count;
                bytes += count;
                report.Progress(bytes, names, path);
            }
        }

        return size;
    }

    private ItemEntry EntryOf(ItemKind kind, byte[] name, FileDetails details, int number = -1, long size = 0, byte[]? target = null, IReadOnlyList<ItemAttribute>? attributes = null)
    {
        // A user's own files are those of the container's root there, as those of an archive are that a user unpacks.
        bool isOwn = request.IsInto && Processes.EffectiveUserId != 0 && details.UserId == Processes.EffectiveUserId;
        return new ItemEntry
        {
            Kind = kind,
            Name = name,
            Mode = details.Mode & 0xFFF,
            UserId = isOwn ? 0 : details.UserId,
            GroupId = isOwn ? 0 : details.GroupId,
            Size = size,
            Accessed = details.Accessed,
            Modified = details.Modified,
            Number = number,
            Target = target ?? [],
            Attributes = attributes ?? [],
        };
    }

    // Of proc, sysfs, debugfs, tracefs, securityfs, cgroups and the like: their files have no size, some wait when they are read, some never end.
    private static bool IsOfTheKernel(int fd, string path) => MountCalls.FileSystemType(fd, path)
        is 0x9FA0 or 0x62656572 or 0x64626720 or 0x74726163 or 0x73636673 or 0x27E0EB or 0x63677270 or 0x1CD1 or 0xCAFE4A11 or 0x62656570 or 0x6E736673;

    private void Count(string path)
    {
        names++;
        report.Progress(bytes, names, path);
    }

    // What the kernel refuses of one name concerns that name.
    private void Try(string path, Action action)
    {
        try
        {
            action();
        }
        catch (LinuxException e)
        {
            ReportUnread(path, e);
        }
    }

    private void ReportUnread(string path, LinuxException e)
    {
        bool isMissing = e.Number is Errno.ENOENT or Errno.ENOTDIR;
        report.Problem(isMissing ? LxcErrorId.ItemNotFound : e.Number is Errno.EACCES or Errno.EPERM ? LxcErrorId.PermissionDenied : LxcErrorId.CopyFailed,
            isMissing ? $"There is no '{Shown(path)}'{Where}" : $"'{Shown(path)}'{Where} cannot be read: {e.Message}", path,
            isMissing ? "See the path: links of a container lead nowhere else than inside it." : "See the mode of the file, and what it is on.", e);
    }

    private void ReportSpecial(FileDetails details, ReadOnlySpan<byte> path) =>
        report.Problem(LxcErrorId.ItemInvalid, $"'{Shown(path)}'{Where} is {details.Kind} and is left out", Shown(path), "Files, directories and symbolic links can be copied.");

    private string Where => request.IsInto ? string.Empty : $" in container '{request.Name}'";

    private static string Shown(ReadOnlySpan<byte> path) => Shown(RawNames.Show(path));

    private static string Shown(string path) => DisplayText.Of(path);
}
