using LxcPS.Engine.Configuration;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>
/// A program of the host that the helper runs as root of a user namespace: it sees the owners of files, also those in access control lists and
/// capabilities, as a container with these maps does. Its output is a file that the caller can make, and it could not.
/// </summary>
public static class MappedProgram
{
    /// <summary>The command line that goes before the program's.</summary>
    /// <param name="helper">The helper executable.</param>
    /// <param name="maps">The maps of the namespace.</param>
    /// <param name="output">The file, which is not there yet.</param>
    internal static IReadOnlyList<string> CommandLine(HelperProgram helper, IReadOnlyList<IdMapEntry> maps, string output) =>
        [helper.Path, "run", output, .. maps.Select(map => map.ToString()), "--"];

    /// <summary>Runs the program; the result is its exit code.</summary>
    /// <param name="arguments">As <see cref="CommandLine"/> has them behind <c>run</c>; then the program's path and its arguments with its name first.</param>
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
