using System.Text;
using LxcPS.Engine.Images;
using LxcPS.Engine.Templates;
using LxcPS.Native;

namespace LxcPS.Engine.Copying;

/// <summary>
/// What tells a machine from its copy, in the root file system: the host name, also where it stands for the machine itself, and systemd's
/// machine-id(5). Files are found without following a symbolic link: what the container wrote is not to be trusted.
/// </summary>
/// <param name="lower">The layer that shows through, or null.</param>
/// <param name="target">The layer that takes the changes.</param>
internal sealed class CopiedIdentity(string? lower, string target)
{
    private const int MaximumLength = 1 << 16;

    // Of a machine itself: its loopback addresses in hosts(5), and what cloud-init's meta-data says of it.
    private static readonly string[] OwnLines = ["127.", "::1", "instance-id:", "local-hostname:"];

    /// <summary>Gives the copy its own host name, where it had the source's, and lets it find a machine id at its first boot.</summary>
    internal void Renew(string oldName, string newName)
    {
        if (TryRead("etc/hostname") is { } text && text.Trim() == oldName)
        {
            Overwrite("etc/hostname", newName + "\n");
        }

        foreach (string path in ImageFile.Named)
        {
            if (TryRead(path) is { } named && string.Join('\n', named.Split('\n').Select(Rename)) is var renamed && renamed != named)
            {
                Overwrite(path, renamed);
            }
        }

        // Empty means: to be made at the next boot.
        if (TryRead("etc/machine-id") is { Length: > 0 })
        {
            Overwrite("etc/machine-id", string.Empty);
        }

        if (TryRead("var/lib/dbus/machine-id") is { Length: > 0 })
        {
            Overwrite("var/lib/dbus/machine-id", string.Empty);
        }

        // As creation writes them: the name ends the line.
        string Rename(string line) => OwnLines.Any(begin => line.StartsWith(begin, StringComparison.Ordinal)) && line.EndsWith(oldName, StringComparison.Ordinal)
            && line[..^oldName.Length] is [.., ' ' or '\t'] before ? before + newName : line;
    }

    /// <summary>Gives a container that is made from an image its host name.</summary>
    internal void Name(string hostName)
    {
        foreach (string path in ImageFile.Named)
        {
            if (TryRead(path) is { } text && text.Contains(TemplateText.NameMark, StringComparison.Ordinal))
            {
                Overwrite(path, text.Replace(TemplateText.NameMark, hostName, StringComparison.Ordinal));
            }
        }

        if (TryRead("etc/hostname") is not null)
        {
            Overwrite("etc/hostname", hostName + "\n");
        }

        // What looks its own name up finds it without a network, as Debian's installer has it.
        if (TryRead("etc/hosts") is { } hosts && !hosts.Contains("127.0.1.1", StringComparison.Ordinal))
        {
            Overwrite("etc/hosts", $"{hosts.TrimEnd('\n')}\n127.0.1.1 {hostName}\n");
        }
    }

    private string? TryRead(string path) => TryRead(target, path) ?? (lower is null ? null : TryRead(lower, path));

    private static string? TryRead(string root, string path)
    {
        int file = TryOpen(root, path, OpenFlags.ReadOnly);
        if (file < 0)
        {
            return null;
        }

        try
        {
            byte[] buffer = new byte[MaximumLength];
            int length = Math.Max(0, Descriptors.Read(file, buffer));
            string text = Encoding.UTF8.GetString(buffer, 0, length);

            // What cannot be written as it was stays as it is.
            return length < MaximumLength && !text.Contains('\uFFFD') ? text : null;
        }
        finally
        {
            Descriptors.Close(file);
        }
    }

    private void Overwrite(string path, string text)
    {
        int file = TryOpen(target, path, OpenFlags.WriteOnly | OpenFlags.Truncate);
        if (file < 0 && lower is not null)
        {
            file = CopyUp(path);
        }

        try
        {
            Descriptors.WriteAll(file, Encoding.UTF8.GetBytes(text), path);
        }
        finally
        {
            Descriptors.Close(file);
        }
    }

    // As overlayfs does at the first write: the directories on the way and the file, with owner and mode of those below.
    private int CopyUp(string path)
    {
        string directory = string.Empty;
        foreach (string name in Path.GetDirectoryName(path)!.Split('/'))
        {
            directory = directory.Length == 0 ? name : $"{directory}/{name}";
            string upper = $"{target}/{directory}";
            if (!Directory.Exists(upper))
            {
                FileTree.MakeDirectory(Descriptors.CurrentDirectory, upper, 0x1C0);
                OverlayLayers.CopyAttributes($"{lower}/{directory}", upper);
            }
        }

        int parent = Open(target, directory, OpenFlags.ReadOnly | OpenFlags.Directory);
        int below = Open(lower!, path, OpenFlags.ReadOnly);
        int file = -1;
        try
        {
            FileStatus status = FileTree.Status(below, string.Empty);
            file = Descriptors.OpenAt(parent, Path.GetFileName(path), OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180);
            FileTree.ChangeOwner(file, string.Empty, status.UserId, status.GroupId);
            FileTree.ChangeMode(file, status.Mode & 0xFFF, path);
            return file;
        }
        catch
        {
            Descriptors.Close(file);
            throw;
        }
        finally
        {
            Descriptors.Close(below);
            Descriptors.Close(parent);
        }
    }

    // -1 for what is no ordinary file: a FIFO would hold up whoever opens it, and a device may do anything.
    private static int TryOpen(string root, string path, int flags)
    {
        int place = -1;
        try
        {
            place = Open(root, path, OpenFlags.Path);
            return FileTree.Status(place, string.Empty).IsRegular ? Descriptors.Open($"/proc/self/fd/{place}", flags) : -1;
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
        {
            return -1;
        }
        finally
        {
            Descriptors.Close(place);
        }
    }

    private static int Open(string root, string path, int flags)
    {
        int directory = Descriptors.Open(root, OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow);
        try
        {
            return Descriptors.OpenResolved(directory, path, flags, 0, Descriptors.RESOLVE_BENEATH | Descriptors.RESOLVE_NO_SYMLINKS);
        }
        finally
        {
            Descriptors.Close(directory);
        }
    }
}
