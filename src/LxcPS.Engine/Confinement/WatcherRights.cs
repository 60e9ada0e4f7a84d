using LxcPS.Native;

namespace LxcPS.Engine.Confinement;

/// <summary>
/// What the process that watches over a running container keeps of its rights, where the kernel has Landlock: of all files the few that it is
/// told, no TCP, no signals to others, and no abstract sockets of others. docs/design/confinement.md lists what needs which.
/// </summary>
internal static class WatcherRights
{
    /// <summary>Makes the rules; to be carried out with <see cref="Landlock.Restrict"/>.</summary>
    /// <param name="kept">Files and directories, and the rights over each.</param>
    /// <param name="connects">Whether it connects to an abstract socket.</param>
    /// <returns>A descriptor, which the caller closes; -1 where the kernel has no Landlock.</returns>
    /// <exception cref="LinuxException">The kernel refuses a rule.</exception>
    internal static int Prepare(IReadOnlyList<(string Path, ulong Rights)> kept, bool connects)
    {
        int version = Landlock.Version;
        if (version == 0)
        {
            return -1;
        }

        int rules = Landlock.Create(version, connects ? Landlock.SCOPE_SIGNAL : Landlock.SCOPE_SIGNAL | Landlock.SCOPE_ABSTRACT_UNIX_SOCKET);
        try
        {
            // The runtime's collector of garbage looks how much memory there is.
            Landlock.Allow(rules, "/proc/meminfo", Landlock.READ_FILE);
            foreach ((string path, ulong rights) in kept)
            {
                Landlock.Allow(rules, path, rights);
            }

            return rules;
        }
        catch
        {
            Descriptors.Close(rules);
            throw;
        }
    }
}
