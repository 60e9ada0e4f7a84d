using System.Runtime.InteropServices;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Executing a program by name, as a shell would find it.</summary>
internal static class ProgramSearch
{
    /// <summary>Replaces the process by the program; returns only by the exception of the last try.</summary>
    internal static void Execute(IReadOnlyList<string> arguments, IReadOnlyList<string> environment) => Try(arguments[0], environment, path =>
    {
        Processes.Execute(path, arguments, environment);
        return 0;
    });

    /// <summary>Starts the program in a process of its own, with the caller's descriptors; returns its process id.</summary>
    /// <exception cref="LinuxException">That of the last try.</exception>
    internal static int Start(IReadOnlyList<string> arguments, IReadOnlyList<string> environment) =>
        Try(arguments[0], environment, path => Spawning.Start(path, arguments, environment, [], newSession: false));

    /// <summary>What to do where a program could not be executed.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="missing">Whether it is not there.</param>
    internal static string AdviceFor(string program, bool missing) => !missing ? "See that the file is executable in the container, and by that user."
        : program.Contains(' ') ? "The command is one program: its arguments have a parameter of their own, and a line of a shell's is an argument of sh behind '-c'."
        : "Give the path of a program that the container has.";

    // A name with a slash as it is, another in the directories of the environment's PATH.
    private static int Try(string name, IReadOnlyList<string> environment, Func<string, int> start)
    {
        if (name.Contains('/'))
        {
            return start(name);
        }

        string path = EnvironmentVariables.DefaultSearchPath;
        foreach (string entry in environment)
        {
            if (entry.StartsWith("PATH=", StringComparison.Ordinal))
            {
                path = entry[5..];
            }
        }

        LinuxException? denied = null;
        foreach (string directory in path.Split(':'))
        {
            string candidate = (directory.Length == 0 ? "." : directory) + "/" + name;

            // A try takes a process or an exception.
            if (!FileTree.Exists(candidate) && Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR)
            {
                continue;
            }

            try
            {
                return start(candidate);
            }
            catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR)
            {
                // What interprets it is missing: on to the next, as execvp(3) does.
            }
            catch (LinuxException e) when (e.Number == Errno.EACCES)
            {
                // A later directory may have one that can be executed; if none has, this is the reason to name.
                denied = e;
            }
        }

        throw denied ?? new LinuxException("execve", Errno.ENOENT, name);
    }
}
