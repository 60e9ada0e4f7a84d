using System.Text;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>
/// What a compiler made of a policy, kept in a file so that a start need not run it again. The file holds all that it was made from, so that
/// no hash has to be trusted:
/// <code>
/// lxcps-policy 1
/// STAMP: what else the result depends on
/// BYTES-OF-SOURCE BYTES-OF-RESULT
/// source, result
/// </code>
/// </summary>
internal static class CompiledPolicy
{
    private const string FormatLine = "lxcps-policy 1";
    private const int MaximumSize = 4 << 20;
    private const uint WritableByOthers = 0x12;

    /// <summary>The file of a policy in a directory.</summary>
    internal static string FileOf(string directory, string source) => Path.Combine(directory, ControlSocket.Fnv1a64(source).ToString("x16"));

    /// <summary>The result for a source, or null where the file has none, is another's, or another could have written it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="source">The policy.</param>
    /// <param name="isCurrent">Whether a stamp still holds.</param>
    internal static byte[]? Read(string path, byte[] source, Func<string, bool> isCurrent)
    {
        int fd = -1;
        try
        {
            fd = Descriptors.Open(path, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking);
            FileStatus status = FileTree.Status(fd, string.Empty);
            if (!status.IsRegular || !IsOurs(status) || status.Size > MaximumSize)
            {
                return null;
            }

            byte[] content = new byte[status.Size];
            int length = 0;
            int count;
            while (length < content.Length && (count = Descriptors.Read(fd, content.AsSpan(length), path)) > 0)
            {
                length += count;
            }

            return length == content.Length ? ResultOf(content, source, isCurrent) : null;
        }
        catch (LinuxException)
        {
            return null;
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    /// <summary>Keeps a result, where that is possible.</summary>
    /// <param name="path">The file; its directory is made when its parent is there or can be made.</param>
    /// <param name="stamp">One line; the result is not kept without one.</param>
    /// <param name="source">The policy.</param>
    /// <param name="result">What was made of it.</param>
    internal static void Save(string path, string stamp, byte[] source, byte[] result)
    {
        string directory = Path.GetDirectoryName(path)!;
        string temporary = $"{path}.{Processes.CurrentId}";
        int fd = -1;
        try
        {
            FileTree.MakeDirectory(Descriptors.CurrentDirectory, Path.GetDirectoryName(directory)!, 0x1ED /* 0755: mounts lie below it too */);
            FileTree.MakeDirectory(Descriptors.CurrentDirectory, directory, 0x1C0 /* 0700 */);
            FileStatus status = FileTree.Status(Descriptors.CurrentDirectory, directory, follow: false);
            if (stamp.Length == 0 || !status.IsDirectory || !IsOurs(status))
            {
                return;
            }

            FileTree.Remove(Descriptors.CurrentDirectory, temporary);
            fd = Descriptors.Open(temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180 /* 0600 */);
            Descriptors.WriteAll(fd, Encoding.UTF8.GetBytes($"{FormatLine}\n{stamp}\n{source.Length} {result.Length}\n"), temporary);
            Descriptors.WriteAll(fd, source, temporary);
            Descriptors.WriteAll(fd, result, temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is LinuxException or IOException or UnauthorizedAccessException)
        {
            // The result is there whether it is kept or not; what was begun of the file does not count, and the next who has its name removes it.
        }
        finally
        {
            Descriptors.Close(fd);
        }
    }

    /// <summary>Which file a path leads to, for a stamp: an update puts another in its place. Empty when there is none.</summary>
    internal static string StampOf(string path) =>
        path.Length > 0 && FileTree.TryStatus(Descriptors.CurrentDirectory, path, true, out FileStatus status)
            ? $"{path} {status.FileSystem} {status.Inode} {status.Size}" : string.Empty;

    private static byte[]? ResultOf(ReadOnlySpan<byte> content, byte[] source, Func<string, bool> isCurrent)
    {
        if (TakeLine(ref content) != FormatLine)
        {
            return null;
        }

        string stamp = TakeLine(ref content);
        string[] sizes = TakeLine(ref content).Split(' ');
        if (sizes.Length != 2 || !int.TryParse(sizes[0], out int sourceSize) || !int.TryParse(sizes[1], out int resultSize)
            || sourceSize != source.Length || resultSize <= 0 || content.Length != (long)sourceSize + resultSize)
        {
            return null;
        }

        return content[..sourceSize].SequenceEqual(source) && isCurrent(stamp) ? content[sourceSize..].ToArray() : null;
    }

    private static bool IsOurs(FileStatus status) => status.UserId == Processes.EffectiveUserId && (status.Mode & WritableByOthers) == 0;

    private static string TakeLine(ref ReadOnlySpan<byte> content)
    {
        int end = content.IndexOf((byte)'\n');
        string line = end < 0 ? string.Empty : Encoding.UTF8.GetString(content[..end]);
        content = end < 0 ? [] : content[(end + 1)..];
        return line;
    }
}
