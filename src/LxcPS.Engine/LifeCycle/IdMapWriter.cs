using LxcPS.Engine.Configuration;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Writes the id maps of a new user namespace; see user_namespaces(7).</summary>
internal static class IdMapWriter
{
    /// <summary>Maps users and groups of the process that was born in the namespace.</summary>
    /// <exception cref="LxcException">IdMapFailed.</exception>
    internal static void Write(int pid, IReadOnlyList<IdMapEntry> maps)
    {
        // All lines in one write: the kernel takes a map once.
        string users = string.Empty;
        string groups = string.Empty;
        foreach (IdMapEntry map in maps)
        {
            string line = $"{map.ContainerId} {map.HostId} {map.Count}\n";
            users += map.IsUser ? line : string.Empty;
            groups += map.IsGroup ? line : string.Empty;
        }

        Write($"/proc/{pid}/gid_map", groups);
        Write($"/proc/{pid}/uid_map", users);
    }

    private static void Write(string path, string text)
    {
        try
        {
            Descriptors.WriteText(path, text);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.IdMapFailed, $"The kernel refused the id map '{text.Trim().Replace('\n', ',')}': {e.Message}", e)
            {
                Step = "idmap",
                ConfigKey = "lxc.idmap",
                Advice = e.Number == Errno.EPERM
                    ? "Only root may map ids that are not its own: run as root."
                    : "The ranges must not overlap, and each id of the host must exist in the caller's own user namespace.",
            };
        }
    }
}
