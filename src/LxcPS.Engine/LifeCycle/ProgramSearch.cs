using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>Executing a program by name, as a shell would find it.</summary>
internal static class ProgramSearch
{
    /// <summary>
    /// Replaces the process by the program: a name with a slash as it is, another in the directories of the environment's PATH.
    /// Returns only by the exception of the last try.
    /// </summary>
    internal static void Execute(IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        string name = arguments[0];
        if (name.Contains('/'))
        {
            Processes.Execute(name, arguments, environment);
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
                Processes.Execute((directory.Length == 0 ? "." : directory) + "/" + name, arguments, environment);
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
