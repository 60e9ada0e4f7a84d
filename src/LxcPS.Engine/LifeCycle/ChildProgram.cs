using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>How a program of the host ended and what it wrote.</summary>
/// <param name="Exit">How it ended.</param>
/// <param name="Output">Its standard output, as much as was asked for.</param>
/// <param name="Error">The end of its standard error.</param>
internal readonly record struct ProgramResult(ExitStatus Exit, string Output, string Error)
{
    private const int ToldLines = 4;

    /// <summary>The errno of what it could not write: ENOSPC, EDQUOT, or 0 where it complains of something else.</summary>
    internal int FullErrno =>
        // tar tells of a write that was cut short before the one that fails.
        Error.Contains("No space left on device", StringComparison.Ordinal) || Error.Contains("Wrote only", StringComparison.Ordinal) ? Errno.ENOSPC
        : Error.Contains("Disk quota exceeded", StringComparison.Ordinal) ? Errno.EDQUOT : 0;

    /// <summary>Its last lines of standard error in one, or null: the very last says of many programs only that there were errors before it.</summary>
    internal string? LastLines
    {
        get
        {
            string[] lines = Error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return lines.Length == 0 ? null : string.Join("; ", lines.TakeLast(ToldLines));
        }
    }
}

/// <summary>Runs a program of the host to its end, in a session of its own, so that a Ctrl+C at the terminal reaches it through us alone.</summary>
internal static class ChildProgram
{
    private const int SIGKILL = 9;
    private const int ErrorLimit = 8192;

    /// <summary>How often a running program's progress and a cancellation are looked at, in milliseconds.</summary>
    private const int Interval = 50;

    /// <summary>
    /// Runs the program; it is killed, with what it has started, when the work is canceled, and when it has written as much as is wanted.
    /// </summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">With its name first.</param>
    /// <param name="input">The descriptor of its standard input, or -1 for none.</param>
    /// <param name="outputLimit">How many bytes of its output are wanted.</param>
    /// <param name="cancellation">Kills the program.</param>
    /// <param name="tick">Called from time to time while it runs.</param>
    /// <param name="variables">What its environment has beside PATH and the language: NAME=value.</param>
    /// <param name="started">Told its process id, which is its own until this returns.</param>
    /// <param name="directory">The open directory that it begins in, or -1 for the caller's.</param>
    /// <exception cref="OperationCanceledException">It was canceled; the program has ended.</exception>
    internal static ProgramResult Run(
        string path, IReadOnlyList<string> arguments, int input, int outputLimit, CancellationToken cancellation, Action? tick = null,
        IReadOnlyList<string>? variables = null, Action<int>? started = null, int directory = -1)
    {
        string search = Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin";

        // One language, for what is read from the output.
        string[] environment = ["LC_ALL=C", "PATH=" + search, .. variables ?? []];
        (int output, int outputEnd) = Descriptors.Pipe();
        (int error, int errorEnd) = (-1, -1);
        int pid;
        try
        {
            (error, errorEnd) = Descriptors.Pipe();
            pid = Spawning.Start(path, arguments, environment, [input, outputEnd, errorEnd], newSession: true, directory: directory);
        }
        catch
        {
            Descriptors.Close(output);
            Descriptors.Close(error);
            throw;
        }
        finally
        {
            Descriptors.Close(outputEnd);
            Descriptors.Close(errorEnd);
        }

        int pidfd = -1;
        try
        {
            pidfd = Processes.OpenPidfd(pid);
            started?.Invoke(pid);
            List<byte> written = [];
            List<byte> complaints = [];
            bool killed = false;
            while (output >= 0 || error >= 0)
            {
                (Readiness first, Readiness second) =
                    Polling.Wait(output, Readiness.Readable, error, Readiness.Readable, killed ? -1 : Interval);
                Take(ref output, first, written, int.MaxValue);
                Take(ref error, second, complaints, ErrorLimit);
                tick?.Invoke();
                if (!killed && (cancellation.IsCancellationRequested || written.Count >= outputLimit))
                {
                    // With what it has started, as tar does a decompressor, which reads our descriptor: until that has gone, and its ends of
                    // the pipes with it, the place in the file is not ours.
                    killed = true;
                    Processes.SignalProcess(-pid, SIGKILL);
                    if (cancellation.IsCancellationRequested)
                    {
                        // Who has left the session may hold the pipes as long as it likes.
                        break;
                    }
                }
            }

            ExitStatus exit = Processes.Wait(pidfd);
            cancellation.ThrowIfCancellationRequested();
            return new ProgramResult(exit, Encoding.UTF8.GetString(written.ToArray()), Encoding.UTF8.GetString(complaints.ToArray()).Trim());
        }
        finally
        {
            Descriptors.Close(output);
            Descriptors.Close(error);
            Descriptors.Close(pidfd);
        }
    }

    private static void Take(ref int fd, Readiness ready, List<byte> into, int keep)
    {
        if (fd < 0 || ready == Readiness.None)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[4096];
        int count = Descriptors.Read(fd, buffer);
        if (count <= 0)
        {
            // poll(2) ignores a negative number.
            Descriptors.Close(fd);
            fd = -1;
            return;
        }

        into.AddRange(buffer[..count]);
        if (into.Count > keep)
        {
            into.RemoveRange(0, into.Count - keep);
        }
    }
}
