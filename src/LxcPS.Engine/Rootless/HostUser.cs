using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>
/// The user who runs this process. Not by way of getpwuid(3): the helper has the C library linked into it, and that one can ask the files alone,
/// not what else nsswitch.conf(5) names.
/// </summary>
internal static class HostUser
{
    /// <summary>The user's name; the number as text where nobody knows a name.</summary>
    internal static string Name
    {
        get
        {
            uint id = Processes.EffectiveUserId;
            return NameOf(Descriptors.TryReadText("/etc/passwd") ?? string.Empty, id) ?? Ask(id) ?? id.ToString();
        }
    }

    /// <summary>The name of a user in the text of passwd(5), or null. As the C library reads it, without comments and references to NIS.</summary>
    internal static string? NameOf(string passwd, uint id)
    {
        foreach (string line in passwd.Split('\n'))
        {
            string[] fields = line.TrimStart().Split(':');
            if (fields.Length >= 7 && fields[0].Length > 0 && fields[0][0] is not ('#' or '+' or '-')
                && uint.TryParse(fields[2], out uint number) && number == id)
            {
                return fields[0];
            }
        }

        return null;
    }

    /// <summary>The name of a user as the system is set up to look it up, or null: users of a directory service are in no file.</summary>
    internal static string? Ask(uint id)
    {
        try
        {
            return HostPrograms.Find("getent") is { } program
                ? NameOf(ChildProgram.Run(program, ["getent", "passwd", id.ToString()], -1, 1 << 16, CancellationToken.None).Output, id) : null;
        }
        catch (LinuxException)
        {
            // It cannot be executed: nobody knows a name, and what wants one says so.
            return null;
        }
    }
}
