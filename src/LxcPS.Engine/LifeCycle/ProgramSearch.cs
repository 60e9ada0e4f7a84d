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
            try
            {
                return start((directory.Length == 0 ? "." : directory) + "/" + name);
            }
            catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ENOTDIR)
            {
                // Not in this directory: on to the next, as execvp(3) does.
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
