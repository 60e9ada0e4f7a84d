using LxcPS.Engine.Configuration;
using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.Rootless;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Writes the id maps of a new user namespace; see user_namespaces(7).</summary>
internal static class IdMapWriter
{
    /// <summary>
    /// Maps users and groups of the process that was born in the namespace. Root writes the maps; a user writes a map of his own id alone, and
    /// has newuidmap(1) and newgidmap(1) write others.
    /// </summary>
    /// <exception cref="LxcException">IdMapFailed.</exception>
    internal static void Write(int pid, IReadOnlyList<IdMapEntry> maps)
    {
        WriteOne(pid, maps, group: true);
        WriteOne(pid, maps, group: false);
    }

    private static void WriteOne(int pid, IReadOnlyList<IdMapEntry> maps, bool group)
    {
        List<IdMapEntry> lines = [];
        foreach (IdMapEntry map in maps)
        {
            if (group ? map.IsGroup : map.IsUser)
            {
                lines.Add(map);
            }
        }

        uint own = group ? Processes.EffectiveGroupId : Processes.EffectiveUserId;
        bool isOwn = lines.Count == 1 && lines[0].HostId == own && lines[0].Count == 1;
        if (Processes.EffectiveUserId != 0 && !isOwn)
        {
            RunProgram(pid, lines, group);
            return;
        }

        if (Processes.EffectiveUserId != 0 && group)
        {
            // Else a process could leave a group that is denied something: the kernel's condition for a user's own map.
            WriteText($"/proc/{pid}/setgroups", "deny");
        }

        // All lines in one write: the kernel takes a map once.
        string text = string.Empty;
        foreach (IdMapEntry map in lines)
        {
            text += $"{map.ContainerId} {map.HostId} {map.Count}\n";
        }

        WriteText($"/proc/{pid}/{(group ? "gid_map" : "uid_map")}", text);
    }

    private static void RunProgram(int pid, List<IdMapEntry> lines, bool group)
    {
        string name = group ? "newgidmap" : "newuidmap";
        string program = HostPrograms.Find(name) ?? throw new LxcException(LxcErrorId.IdMapFailed, $"The ids of a user's container are mapped by {name}, which is not installed")
        {
            Step = "idmap",
            Errno = Errno.ENOENT,
            Advice = "Let root install it, on Debian and Ubuntu: apt-get install uidmap.",
        };
        List<string> arguments = [name, $"{pid}"];
        foreach (IdMapEntry map in lines)
        {
            arguments.AddRange([$"{map.ContainerId}", $"{map.HostId}", $"{map.Count}"]);
        }

        ProgramResult result;
        try
        {
            result = ChildProgram.Run(program, arguments, -1, 1 << 12, CancellationToken.None);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.IdMapFailed, $"{name} cannot be run: {e.Message}", e) { Step = "idmap", Advice = "See the mode of the program." };
        }

        if (result.Exit.ExitCode != 0)
        {
            throw Refused(name, lines, group, result);
        }
    }

    private static LxcException Refused(string name, List<IdMapEntry> lines, bool group, ProgramResult result)
    {
        string file = group ? "/etc/subgid" : "/etc/subuid";
        string user = HostUser.Name;
        string advice = Descriptors.ReadText("/proc/self/status").Contains("NoNewPrivs:\t1", StringComparison.Ordinal)
            ? "The session may not gain privileges (no_new_privs), which the program takes: start it without."
            : $"See that the program has its rights (chmod u+s), and that {file} has no other owner than root.";
        foreach (IdMapEntry map in lines)
        {
            if (!Configuration.SubordinateIds.Read().IsGranted(user, Processes.EffectiveUserId, map, group))
            {
                advice = $"The ids {map.HostId} to {map.HostId + map.Count - 1} are not {user}'s: let root add the line {user}:{map.HostId}:{map.Count} to {file} if no other user has them, or correct lxc.idmap.";
                break;
            }
        }

        return new LxcException(LxcErrorId.IdMapFailed, $"{name} refused the id map '{string.Join(", ", lines)}': {result.Error.Replace('\n', ' ')}")
        {
            Step = "idmap",
            ConfigKey = "lxc.idmap",
            Path = file,
            Errno = Errno.EPERM,
            Advice = advice,
        };
    }

    private static void WriteText(string path, string text)
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
                    ? "The caller may map no ids here: run outside of what confines the session."
                    : "The ranges must not overlap, and each id of the host must exist in the caller's own user namespace.",
            };
        }
    }
}
