using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// The smallest init: runs one program, or none, reaps orphans, and hands signals on. It is the monitor's own code inside the container,
/// so it needs no file of the root file system.
/// </summary>
public static class MinimalInit
{
    private const int SIGHUP = 1;
    private const int SIGINT = 2;
    private const int SIGTERM = 15;
    private const int SIGCHLD = 17;
    private const int SIGPWR = 30;
    private const int HaltBySystemd = 34 + 3; // SIGRTMIN+3 as libc numbers it.

    /// <summary>How long programs have to end after SIGTERM before SIGKILL, in milliseconds.</summary>
    private const int Grace = 5000;

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
        return Supervise(program, haltSignal);
    }

    /// <summary>
    /// Process 1 of a container that has no program of its own to run: waits for the signal to shut down. SIGPWR, SIGTERM and SIGRTMIN+3
    /// end everything and then itself.
    /// </summary>
    public static int RunIdle()
    {
        SignalHandling.BlockInProcess();
        return Supervise(0, null);
    }

    private static int Supervise(int program, int? haltSignal)
    {
        int signals = SignalHandling.OpenDescriptor(~0UL);
        int result = 0;
        bool ending = false;
        long deadline = long.MaxValue;
        while (true)
        {
            int timeout = deadline == long.MaxValue ? -1 : (int)Math.Max(0, deadline - Environment.TickCount64);
            if (Polling.Wait(signals, Readiness.Readable, timeout) == Readiness.None)
            {
                // The time is up: what is left is ended by the kernel when process 1 ends.
                return result;
            }

            (int signal, _) = SignalHandling.Take(signals);
            if (signal == SIGCHLD)
            {
                ExitStatus exit;
                while ((exit = Processes.ReapAny(block: false)).ProcessId > 0)
                {
                    if (exit.ProcessId == program)
                    {
                        return exit.ExitCode;
                    }
                }

                if (ending && exit.ProcessId < 0)
                {
                    return result;
                }
            }
            else if (program == 0 && signal is SIGPWR or SIGTERM or SIGINT or HaltBySystemd)
            {
                ending = true;
                deadline = Environment.TickCount64 + Grace;
                Processes.SignalProcess(-1, SIGTERM);
                Processes.SignalProcess(-1, SIGHUP);
                if (Processes.ReapAny(block: false).ProcessId < 0)
                {
                    return result;
                }
            }
            else if (program > 0 && signal != 0)
            {
                // What means a shutdown to an init means nothing to a program, or its end without a word.
                bool halt = signal is SIGPWR or HaltBySystemd || signal == haltSignal;
                Processes.SignalProcess(program, halt ? SIGTERM : signal);
            }
        }
    }
}
