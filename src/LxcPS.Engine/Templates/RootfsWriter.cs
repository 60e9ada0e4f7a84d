using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Templates;

/// <summary>
/// Writes a new root file system. Modes and owners are those that are asked for, whatever the session's umask; a name that is there
/// already is an error of the template and not overwritten.
/// </summary>
internal sealed class RootfsWriter : IDisposable
{
    internal const uint Executable = 0x1ED; // 0755
    internal const uint Plain = 0x1A4; // 0644
    internal const uint Private = 0x1C0; // 0700
    internal const uint Shared = 0x3FF; // 1777

    private int root;

    private RootfsWriter(int root) => this.root = root;

    /// <summary>Makes the directory.</summary>
    internal RootfsWriter(string path)
    {
        FileTree.MakeDirectory(Descriptors.CurrentDirectory, path, Private);
        root = Descriptors.Open(path, OpenFlags.Directory | OpenFlags.NoFollow);
        FileTree.ChangeOwner(Root, string.Empty, 0, 0);
        FileTree.ChangeMode(Root, Executable, path);
    }

    /// <summary>The descriptor of the new root.</summary>
    internal int Root => root;

    /// <summary>Goes on with a root file system that is there.</summary>
    internal static RootfsWriter Open(string path) => new(Descriptors.Open(path, OpenFlags.Directory | OpenFlags.NoFollow));

    /// <inheritdoc/>
    public void Dispose() => Descriptors.CloseOnce(ref root);

    /// <summary>Makes a directory; one that is there gets the owner and mode.</summary>
    internal void MakeDirectory(string path, uint mode = Executable, uint userId = 0, uint groupId = 0)
    {
        int parent = OpenParent(path, out string name);
        int directory = -1;
        try
        {
            FileTree.MakeDirectory(parent, name, Private);
            directory = Open(parent, name, OpenFlags.Directory, 0);
            FileTree.ChangeOwner(directory, string.Empty, userId, groupId);
            FileTree.ChangeMode(directory, mode, path);
        }
        finally
        {
            Descriptors.Close(directory);
            Descriptors.Close(parent);
        }
    }

    /// <summary>Makes directories of root's with the ordinary mode.</summary>
    internal void MakeDirectories(params ReadOnlySpan<string> paths)
    {
        foreach (string path in paths)
        {
            MakeDirectory(path);
        }
    }

    /// <summary>Writes a file.</summary>
    internal void WriteFile(string path, string text, uint mode = Plain, uint userId = 0, uint groupId = 0)
    {
        int file = Open(Root, path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, mode);
        try
        {
            Descriptors.WriteAll(file, Encoding.UTF8.GetBytes(text), path);
            FileTree.ChangeOwner(file, string.Empty, userId, groupId);
            FileTree.ChangeMode(file, mode, path);
        }
        finally
        {
            Descriptors.Close(file);
        }
    }

    /// <summary>Writes a file in place of the one that has the name.</summary>
    internal void ReplaceFile(string path, string text)
    {
        int parent = OpenParent(path, out string name);
        try
        {
            FileTree.Remove(parent, name);
        }
        finally
        {
            Descriptors.Close(parent);
        }

        WriteFile(path, text);
    }

    /// <summary>Makes a symbolic link.</summary>
    internal void MakeLink(string path, string target) => MakeLinks(path[..(path.LastIndexOf('/') + 1)], [path[(path.LastIndexOf('/') + 1)..]], target);

    /// <summary>Makes many symbolic links in one directory, all to the same target.</summary>
    /// <param name="directory">The directory with a slash at the end, or an empty text for the root.</param>
    /// <param name="names">The names of the links.</param>
    /// <param name="target">What they hold.</param>
    internal void MakeLinks(string directory, IEnumerable<string> names, string target)
    {
        int parent = OpenParent(directory + ".", out _);
        try
        {
            foreach (string name in names)
            {
                FileTree.MakeSymbolicLink(target, parent, name);
                FileTree.ChangeOwner(parent, name, 0, 0);
            }
        }
        finally
        {
            Descriptors.Close(parent);
        }
    }

    /// <summary>Gives a file more names in its directory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="names">The hard links.</param>
    internal void MakeNames(string path, IEnumerable<string> names)
    {
        int parent = OpenParent(path, out string file);
        try
        {
            foreach (string name in names)
            {
                FileTree.MakeHardLink(parent, file, name);
            }
        }
        finally
        {
            Descriptors.Close(parent);
        }
    }

    /// <summary>Whether the new tree has a name.</summary>
    internal bool Has(string path)
    {
        int parent = -1;
        try
        {
            parent = OpenParent(path, out string name);
            return FileTree.TryStatus(parent, name, false, out _);
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
        {
            return false;
        }
        finally
        {
            Descriptors.Close(parent);
        }
    }

    private int OpenParent(string path, out string name)
    {
        int slash = path.LastIndexOf('/');
        name = path[(slash + 1)..];
        return Open(Root, slash < 0 ? "." : path[..slash], OpenFlags.Directory | OpenFlags.Path, 0);
    }

    // No link on the way: what was copied from the host must not lead a write out of the new tree.
    private static int Open(int directory, string path, int flags, uint mode) =>
        Descriptors.OpenResolved(directory, path, flags, mode, Descriptors.RESOLVE_BENEATH | Descriptors.RESOLVE_NO_SYMLINKS);
}
