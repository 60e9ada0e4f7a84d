using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// The smallest init: runs one program, reaps orphans, and hands signals on. It is the monitor's own code inside the container,
/// so it needs no file of the root file system.
/// </summary>
internal static class MinimalInit
{
    private const int SIGTERM = 15;
    private const int SIGCHLD = 17;
    private const int SIGPWR = 30;
    private const int HaltBySystemd = 34 + 3; // SIGRTMIN+3 as libc numbers it.

    /// <summary>Runs a program as process 1's child until it ends; the result is its exit code, 128 plus the signal that ended it.</summary>
    /// <param name="arguments">The program and its arguments; looked up in PATH unless the name has a slash.</param>
    /// <param name="environment">Its environment.</param>
    /// <param name="report">Reports that the program cannot be executed.</param>
    /// <param name="haltSignal">The signal that asks the container's own init to shut down, if one is configured; the program gets SIGTERM for it.</param>
    /// <param name="started">Runs when the program has been started.</param>
    internal static int Run(
        IReadOnlyList<string> arguments, IReadOnlyList<string> environment, Func<LxcException, int> report, int? haltSignal, Action started)
    {
        SignalHandling.BlockAll();
        int program;
        try
        {
            program = ProgramSearch.Start(arguments, environment);
        }
        catch (LinuxException e)
        {
            bool missing = e.Number is Errno.ENOENT or Errno.ENOTDIR;
            report(new LxcException(LxcErrorId.CommandNotFound, $"The program '{arguments[0]}' cannot be executed in the container: {e.Message}", e)
            {
                Step = "exec",
                Advice = ProgramSearch.AdviceFor(arguments[0], missing),
            });
            return missing ? 127 : 126;
        }

        started();
        int signals = SignalHandling.OpenDescriptor(~0UL);
        while (true)
        {
            Polling.Wait(signals, Readiness.Readable, -1);
            (int signal, _) = SignalHandling.Take(signals);
            if (signal == SIGCHLD)
            {
                ExitStatus exit;
                while ((exit = Processes.ReapAny()).ProcessId > 0)
                {
                    if (exit.ProcessId == program)
                    {
                        return exit.ExitCode;
                    }
                }
            }
            else if (signal != 0)
            {
                // What means a shutdown to an init means nothing to a program, or its end without a word.
                bool halt = signal is SIGPWR or HaltBySystemd || signal == haltSignal;
                Processes.SignalProcess(program, halt ? SIGTERM : signal);
            }
        }
    }
}
