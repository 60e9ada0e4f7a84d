using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>The helper executable <c>lxcps-monitor</c>: what must be single-threaded runs in it (architecture: "Why a monitor process").</summary>
/// <param name="path">The path of the executable.</param>
public sealed class HelperProgram(string path)
{
    /// <summary>The path of the executable.</summary>
    public string Path { get; } = path;

    /// <summary>Starts it; the caller reaps it by the pidfd.</summary>
    /// <param name="arguments">Without the program's name.</param>
    /// <param name="descriptors">What it gets as descriptor 0 and on; -1 is /dev/null.</param>
    /// <param name="newSession">Whether it leaves the caller's terminal, and with it the terminal's signals.</param>
    /// <exception cref="LxcException">MonitorFailed: it cannot be executed.</exception>
    internal int Start(IReadOnlyList<string> arguments, ReadOnlySpan<int> descriptors, bool newSession)
    {
        List<string> environment = [];
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            environment.Add($"{variable.Key}={variable.Value}");
        }

        try
        {
            int pid = Spawning.Start(Path, ["lxcps-monitor", .. arguments], environment, descriptors, newSession, blockSignals: true);

            // Nobody else reaps it, so the number cannot mean another process yet.
            return Processes.OpenPidfd(pid);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.MonitorFailed, $"The helper program '{Path}' cannot be started: {e.Message}", e)
            {
                Advice = e.Number is Errno.ENOENT or Errno.EACCES
                    ? "Install the module again, or build it: the module's folder must hold lxcps-monitor for this machine's architecture, executable."
                    : "See the limits of processes and open files of this session (ulimit).",
            };
        }
    }
}
