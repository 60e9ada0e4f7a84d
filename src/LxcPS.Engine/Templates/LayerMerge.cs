using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>
/// Lays an unpacked layer over a root file system as the OCI image specification has it ("Changesets"): files are moved in place of what has their names, and
/// marks (<c>.wh.NAME</c>) remove names. Both trees are walked by descriptors: a link of either leads nowhere, but one of the root file system in the way of a
/// file whose directory the layer has no entry of, and that no further than its root.
/// </summary>
internal sealed class LayerMerge
{
    private static readonly byte[] OpaqueMark = [.. ".wh..wh..opq"u8];

    private readonly int root;
    private readonly HashSet<string> directories;

    /// <param name="root">The open root file system.</param>
    /// <param name="directories">The directories that the layer has entries of, see <see cref="LayerList.Directories"/>.</param>
    internal LayerMerge(int root, HashSet<string> directories)
    {
        this.root = root;
        this.directories = directories;
    }

    private static ReadOnlySpan<byte> Mark => ".wh."u8;

    /// <summary>Moves what is in the layer.</summary>
    /// <param name="layer">The open directory that it was unpacked into.</param>
    /// <exception cref="LxcException">ImageInvalid: a mark that would remove something else than a name.</exception>
    /// <exception cref="LinuxException">What the kernel answered.</exception>
    internal void Apply(int layer) => Apply(layer, root, []);

    /// <summary>Gives the root file system the target of a hard link under its name in the layer, where tar can link it.</summary>
    internal void Lend(int layer, string target)
    {
        string[] parts = target.Split('/');
        if (parts.Contains("..") || target.Length == 0)
        {
            return;
        }

        int from = -1;
        int to = -1;
        try
        {
            byte[] above = Bytes(string.Join('/', parts[..^1]));
            from = OpenBeneath(root, above);
            to = MakeBeneath(layer, parts[..^1]);
            RawNames.MakeLink(from, Bytes(parts[^1]), to, Bytes(parts[^1]));
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.EPERM)
        {
            // It is in the layer itself, or nowhere, or a directory: tar says so.
        }
        finally
        {
            Descriptors.Close(from);
            Descriptors.Close(to);
        }
    }

    private void Apply(int layer, int target, byte[] path)
    {
        List<byte[]> names = NamesOf(layer, path);
        if (names.Exists(name => name.AsSpan().SequenceEqual(OpaqueMark)))
        {
            foreach (byte[] name in NamesOf(target, path))
            {
                Remove(target, name, path);
            }
        }

        foreach (byte[] mark in names.Where(name => name.AsSpan().StartsWith(Mark)))
        {
            byte[] hidden = mark[Mark.Length..];
            if (hidden.Length == 0 || hidden.AsSpan().SequenceEqual("."u8) || hidden.AsSpan().SequenceEqual(".."u8))
            {
                throw new LxcException(LxcErrorId.ImageInvalid, $"A layer of the image cannot be used: its mark '{DisplayText.Of(RawNames.Show(Join(path, mark)))}' removes no name")
                {
                    Step = "image",
                    Advice = "Have the image made or fetched again.",
                };
            }

            // Others that begin so are aufs's own.
            if (!hidden.AsSpan().StartsWith(Mark))
            {
                Remove(target, hidden, path);
            }
        }

        foreach (byte[] name in names.Where(name => !name.AsSpan().StartsWith(Mark)))
        {
            Move(layer, target, name, Join(path, name));
        }

        if (directories.Contains(Encoding.Latin1.GetString(path)))
        {
            CopyAttributes(layer, target, path);
        }
    }

    private void Move(int layer, int target, byte[] name, byte[] path)
    {
        if (RawNames.TryRead(layer, name) is not { IsDirectory: true })
        {
            Remove(target, name, path);
            RawNames.Rename(layer, name, target, name);
            return;
        }

        bool isEntry = directories.Contains(Encoding.Latin1.GetString(path));
        int below = -1;
        int there = -1;
        try
        {
            below = RawNames.Open(layer, name, OpenFlags.ReadOnly | OpenFlags.Directory);
            FileDetails? old = RawNames.TryRead(target, name);
            if (old is { IsSymbolicLink: true } && !isEntry)
            {
                there = OpenBehind(path);
            }

            if (there < 0)
            {
                if (old is { IsDirectory: false })
                {
                    RawNames.Remove(target, name);
                }

                RawNames.MakeDirectory(target, name, RootfsWriter.Executable);
                there = RawNames.Open(target, name, OpenFlags.ReadOnly | OpenFlags.Directory);
            }

            Apply(below, there, path);
        }
        finally
        {
            Descriptors.Close(below);
            Descriptors.Close(there);
        }
    }

    private int OpenBehind(byte[] path)
    {
        try
        {
            return RawNames.OpenInRoot(root, path, OpenFlags.ReadOnly | OpenFlags.Directory);
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
        {
            return -1;
        }
    }

    private static void Remove(int directory, byte[] name, byte[] path)
    {
        switch (RawNames.TryRead(directory, name))
        {
            case null: break;
            case { IsDirectory: true }: TreeRemoval.Remove(directory, name, RawNames.Show(path)); break;
            default: RawNames.Remove(directory, name); break;
        }
    }

    private static void CopyAttributes(int from, int to, byte[] path)
    {
        FileStatus status = FileTree.Status(from, string.Empty);
        FileTree.ChangeOwner(to, string.Empty, status.UserId, status.GroupId);
        FileTree.ChangeMode(to, status.Mode & 0xFFF, RawNames.Show(path));
        DirectoryTree.CopyTimes(from, to, RawNames.Show(path));
    }

    private static int OpenBeneath(int directory, byte[] path) =>
        Descriptors.OpenResolved(directory, path.Length == 0 ? "." : Encoding.UTF8.GetString(path), OpenFlags.Path | OpenFlags.Directory, 0, Descriptors.RESOLVE_BENEATH | Descriptors.RESOLVE_NO_SYMLINKS);

    private static int MakeBeneath(int layer, string[] parts)
    {
        int at = RawNames.Open(layer, "."u8, OpenFlags.ReadOnly | OpenFlags.Directory);
        foreach (string part in parts)
        {
            int above = at;
            try
            {
                RawNames.MakeDirectory(above, Bytes(part), RootfsWriter.Executable);
                at = RawNames.Open(above, Bytes(part), OpenFlags.ReadOnly | OpenFlags.Directory);
            }
            finally
            {
                Descriptors.Close(above);
            }
        }

        return at;
    }

    private static List<byte[]> NamesOf(int directory, byte[] path)
    {
        List<byte[]> names = [];
        DirectoryReader reader = new(directory, RawNames.Show(path));
        while (reader.Next())
        {
            names.Add(reader.NameBytes.ToArray());
        }

        return names;
    }

    private static byte[] Join(byte[] path, byte[] name) => path.Length == 0 ? name : [.. path, (byte)'/', .. name];

    private static byte[] Bytes(string name) => Encoding.Latin1.GetBytes(name);
}
