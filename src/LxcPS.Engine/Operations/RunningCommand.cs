using System.Diagnostics;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>A program that the helper runs, and the ends of its pipes that are ours.</summary>
public sealed class RunningCommand
{
    private readonly long start = Stopwatch.GetTimestamp();
    private int pidfd;
    private SpareHelper? ready;

    internal RunningCommand(CommandRequest request, int pidfd, SpareHelper? ready, int input, int output, int error, ReportReader report)
    {
        Request = request;
        this.pidfd = pidfd;
        this.ready = ready;
        Input = input;
        Output = output;
        Error = error;
        Report = report;
    }

    /// <summary>What was asked for.</summary>
    public CommandRequest Request { get; }

    /// <summary>The exit code as a shell gives it; null while it runs and when it was not run.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Why it did not run or was ended early, or null.</summary>
    public LxcException? Failure { get; internal set; }

    /// <summary>How long it has run.</summary>
    public TimeSpan Duration { get; private set; }

    internal int Pidfd => pidfd;

    internal int Input { get; private set; }

    internal int Output { get; private set; }

    internal int Error { get; private set; }

    internal ReportReader Report { get; }

    /// <summary>How much of the common input it has taken, in bytes.</summary>
    internal long InputTaken { get; set; }

    /// <summary>Whether the program has ended.</summary>
    internal bool HasEnded => ExitCode is not null;

    /// <summary>Whether all that it wrote is read and it has ended.</summary>
    internal bool IsOver => HasEnded && Output < 0 && Error < 0;

    internal TimeSpan Age => Stopwatch.GetElapsedTime(start);

    internal void CloseInput()
    {
        Descriptors.Close(Input);
        Input = -1;
    }

    internal void Close(int fd)
    {
        Descriptors.Close(fd);
        if (fd == Output)
        {
            Output = -1;
        }
        else if (fd == Error)
        {
            Error = -1;
        }
    }

    /// <summary>Ends the helper, which ends the program.</summary>
    internal void Kill()
    {
        if (pidfd >= 0)
        {
            LetGo();
            Processes.Signal(pidfd, 15);
        }
    }

    /// <summary>Ends a helper that did not end in time.</summary>
    internal void ForceEnd()
    {
        if (pidfd >= 0 && Request.ForceEnd?.Invoke() != true)
        {
            Processes.Signal(pidfd, 9);
        }
    }

    /// <summary>Takes the helper's word for the program's end; the helper itself stands ready again, or is reaped when it is gone.</summary>
    internal void EndWith(int exitCode, HelperProgram program)
    {
        if (ready is not null)
        {
            program.TakeBack(ready);
            ready = null;
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static helper => Release(helper), pidfd, preferLocal: false);
        }

        Ended(exitCode);
    }

    /// <summary>Waits for the helper's end, which is the program's.</summary>
    internal void Reap()
    {
        LetGo();
        Ended(Release(pidfd).ExitCode);
    }

    private void LetGo()
    {
        ready?.LetGo();
        ready = null;
    }

    private static ExitStatus Release(int helper)
    {
        try
        {
            return Processes.Wait(helper);
        }
        finally
        {
            Descriptors.Close(helper);
        }
    }

    private void Ended(int exitCode)
    {
        ExitCode = exitCode;
        Duration = Age;
        pidfd = -1;
    }
}
