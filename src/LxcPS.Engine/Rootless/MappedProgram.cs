using LxcPS.Engine.Configuration;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>
/// A program of the host that the helper runs as root of a user namespace: it sees the owners of files, also those in access control lists and
/// capabilities, as a container with these maps does. Its output is a file that the caller can make, and it could not.
/// </summary>
public static class MappedProgram
{
    /// <summary>The arguments of the helper, with its name first.</summary>
    /// <param name="maps">The maps of the namespace.</param>
    /// <param name="output">The file, which is not there yet.</param>
    /// <param name="path">The program.</param>
    /// <param name="arguments">With its name first.</param>
    internal static IReadOnlyList<string> ArgumentsOf(IReadOnlyList<IdMapEntry> maps, string output, string path, IReadOnlyList<string> arguments) =>
        ["lxcps-monitor", "run", output, .. maps.Select(map => map.ToString()), "--", path, .. arguments];

    /// <summary>Runs what <see cref="ArgumentsOf"/> says, without the name and the leading <c>run</c>; the result is the exit code.</summary>
    /// <exception cref="LxcException">NamespaceFailed or IdMapFailed; StorageFailed or StorageFull: the file cannot be made, or no such arguments.</exception>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        int end = arguments.IndexOf("--");
        if (end < 2 || end + 2 >= arguments.Length)
        {
            throw new LxcException(LxcErrorId.StorageFailed, "The helper runs FILE MAP ... -- PROGRAM NAME ARGUMENTS, and got something else");
        }

        List<IdMapEntry> maps = [];
        foreach (string map in arguments[1..end])
        {
            maps.Add(IdMapEntry.Parse(map));
        }

        string path = arguments[end + 1];
        string[] own = arguments[(end + 2)..].ToArray();
        int output = Make(arguments[0]);
        return MappedChild.Run(maps, () =>
        {
            // The change clears the signal by which this process ends with its parent.
            Processes.SetIdentity(0, 0, []);
            Processes.SetParentDeathSignal(9);
            int pidfd = Processes.OpenPidfd(Spawning.Start(path, own, [.. EnvironmentVariables.Own()], [0, output, 2], newSession: false));
            return Processes.Wait(pidfd).ExitCode;
        });
    }

    private static int Make(string path)
    {
        try
        {
            return Descriptors.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180 /* 0600 */);
        }
        catch (LinuxException e)
        {
            throw StorageError.Of(e, $"'{DisplayText.Of(path)}' cannot be written");
        }
    }
}
