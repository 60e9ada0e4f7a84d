using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Attach;

/// <summary>A user of the container, as its own passwd(5) and group(5) say.</summary>
/// <param name="Name">The name, or the number as text.</param>
/// <param name="UserId">The number.</param>
/// <param name="GroupId">The number of the primary group.</param>
/// <param name="Groups">The numbers of the supplementary groups.</param>
/// <param name="Home">The home directory.</param>
/// <param name="Shell">The shell.</param>
internal sealed record Account(string Name, uint UserId, uint GroupId, uint[] Groups, string Home, string Shell);

/// <summary>Finds users and groups in the container's files; runs inside the container, where these files are the container's word on itself.</summary>
internal static class AccountLookup
{
    /// <summary>A file larger than this is no passwd file of this world: a container must not fill the helper's memory.</summary>
    private const int MaximumSize = 4 << 20;

    /// <summary>Finds a user by name or number, and a group if one is named.</summary>
    /// <exception cref="LxcException">CommandFailed: there is no such user or group.</exception>
    internal static Account Find(string? user, string? group)
    {
        string[][] users = Rows("/etc/passwd");
        string wanted = user ?? "0";
        bool numeric = uint.TryParse(wanted, out uint userId);
        string[]? row = Array.Find(users, fields => fields.Length >= 7 && (numeric ? fields[2] == wanted : fields[0] == wanted));
        if (row is null && !numeric)
        {
            throw Missing("user", wanted, "/etc/passwd");
        }

        userId = row is null ? userId : Number(row[2]);
        uint groupId = row is null ? userId : Number(row[3]);
        string[][] groups = Rows("/etc/group");
        List<uint> supplementary = [];
        if (row is not null)
        {
            foreach (string[] fields in groups)
            {
                if (fields.Length >= 4 && Array.IndexOf(fields[3].Split(','), row[0]) >= 0)
                {
                    supplementary.Add(Number(fields[2]));
                }
            }
        }

        if (group is not null && !uint.TryParse(group, out groupId))
        {
            string[] named = Array.Find(groups, fields => fields.Length >= 3 && fields[0] == group) ?? throw Missing("group", group, "/etc/group");
            groupId = Number(named[2]);
        }

        return new Account(
            row?[0] ?? (userId == 0 ? "root" : wanted), userId, groupId, [.. supplementary],
            row?[5] is { Length: > 0 } home ? home : userId == 0 ? "/root" : "/",
            row?[6] is { Length: > 0 } shell ? shell : "/bin/sh");
    }

    private static uint Number(string text) => uint.TryParse(text, out uint number) ? number : 65534;

    private static string[][] Rows(string path)
    {
        byte[] buffer;
        int length = 0;
        try
        {
            // Non-blocking: the container may have put a FIFO there.
            int fd = Descriptors.Open(path, OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal);
            try
            {
                FileStatus status = FileTree.Status(fd, string.Empty);
                if (!status.IsRegular || status.Size > MaximumSize)
                {
                    return [];
                }

                buffer = new byte[(int)status.Size];
                int count;
                while (length < buffer.Length && (count = Descriptors.Read(fd, buffer.AsSpan(length), path)) > 0)
                {
                    length += count;
                }
            }
            finally
            {
                Descriptors.Close(fd);
            }
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR or Errno.EACCES or Errno.ELOOP)
        {
            // A container without accounts: numbers still do.
            return [];
        }

        string[] lines = Encoding.UTF8.GetString(buffer, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return Array.ConvertAll(lines, line => line.Split(':'));
    }

    private static LxcException Missing(string kind, string name, string file) =>
        new(LxcErrorId.CommandFailed, $"The container has no {kind} '{name}' in {file}")
        {
            Step = "identity",
            Advice = $"Use a {kind} that the container has, or its number.",
        };
}
