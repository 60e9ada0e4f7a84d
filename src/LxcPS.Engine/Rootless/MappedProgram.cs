using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Rootless;

/// <summary>
/// A program of the host that the helper runs as root of a user namespace: it sees the owners of files, also those in access control lists and
/// capabilities, as a container with these maps does. Its output is a file that the caller can make, and it could not. What it mounts goes with it.
/// </summary>
public static class MappedProgram
{
    /// <summary>The helper's own output, or its own input.</summary>
    internal const string Own = "-";

    private const string Word = "run";
    private const int TellInterval = 100; // milliseconds

    /// <summary>The command line that goes before the program's.</summary>
    /// <param name="helper">The helper executable.</param>
    /// <param name="maps">The maps of the namespace.</param>
    /// <param name="output">The file for its output, which is not there yet; by default that goes where the helper's own would.</param>
    /// <param name="rootfs">The root file system that is its standard input, as <c>lxc.rootfs.path</c> has it: a user cannot mount it. By default that is the helper's own.</param>
    internal static IReadOnlyList<string> CommandLine(HelperProgram helper, IReadOnlyList<IdMapEntry> maps, string output = Own, string rootfs = Own) =>
        [helper.Path, Word, Own, output, rootfs, .. maps.Select(map => map.ToString()), "--"];

    /// <summary>
    /// The command line of a program whose account of what it has read and written, see proc_pid_io(5), is told to a file: of a process with a
    /// container's ids it is nobody's but theirs. Null where it is of another kind, and runs the program with the caller's.
    /// </summary>
    /// <param name="commandLine">What <see cref="CommandLine"/> made, or another.</param>
    /// <param name="account">The file.</param>
    internal static IReadOnlyList<string>? Telling(IReadOnlyList<string>? commandLine, string account) =>
        commandLine is [_, Word, ..] ? [.. commandLine.Take(2), account, .. commandLine.Skip(3)] : null;

    /// <summary>Runs the program; the result is its exit code.</summary>
    /// <param name="arguments">As <see cref="CommandLine"/> has them behind <c>run</c>; then the program's path and its arguments with its name first.</param>
    /// <exception cref="LxcException">NamespaceFailed or IdMapFailed; StorageFailed or StorageFull: the file cannot be made, or no such arguments.</exception>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        int end = arguments.IndexOf("--");
        if (end < 4 || end + 2 >= arguments.Length)
        {
            throw new LxcException(LxcErrorId.StorageFailed, "The helper runs ACCOUNT FILE ROOTFS MAP ... -- PROGRAM NAME ARGUMENTS, and got something else");
        }

        // With the session, however that ends.
        Processes.SetParentDeathSignal(9);
        List<IdMapEntry> maps = [];
        foreach (string map in arguments[3..end])
        {
            maps.Add(IdMapEntry.Parse(map));
        }

        string path = arguments[end + 1];
        string[] own = arguments[(end + 2)..].ToArray();
        int account = arguments[0] == Own ? -1 : Descriptors.Open(arguments[0], OpenFlags.WriteOnly);
        int output = arguments[1] == Own ? 1 : Make(arguments[1]);
        RootfsSource? rootfs = arguments[2] == Own ? null : RootfsSource.Parse(arguments[2]);
        return MappedChild.Run(maps, () =>
        {
            try
            {
                MappedChild.UnshareMounts();
                int input = rootfs?.OpenWhole() ?? 0;
                MappedChild.BecomeRoot();
                FileTree.SetMask(0x12 /* 022 */);
                int pidfd = Processes.OpenPidfd(Spawning.Start(path, own, EnvironmentVariables.Own(), [input, output, 2], newSession: false));
                while (account >= 0 && Polling.Wait(pidfd, Readiness.Readable, TellInterval) == Readiness.None)
                {
                    Tell(account);
                }

                return Processes.Wait(pidfd).ExitCode;
            }
            catch (LinuxException e)
            {
                // Whoever started this takes it for the program.
                Descriptors.Write(2, Encoding.UTF8.GetBytes($"{own[0]}: {e.Message}\n"));
                return 125;
            }
        });
    }

    // The numbers grow, so that what is written covers what was.
    private static void Tell(int account)
    {
        if (MappedChild.TryReadAccount() is { } text)
        {
            Descriptors.Seek(account, 0);
            Descriptors.WriteAll(account, Encoding.UTF8.GetBytes(text));
        }
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
