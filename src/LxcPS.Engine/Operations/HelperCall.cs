using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>Runs the helper for something that it answers by report lines, for not longer than a container may hold it up.</summary>
internal static class HelperCall
{
    /// <summary>Runs it to its end; the fields of what it tells, a line each.</summary>
    /// <param name="helper">The helper.</param>
    /// <param name="arguments">Its arguments, given the descriptor that it reports on.</param>
    /// <param name="timeout">In milliseconds: a file system of the container's may never answer.</param>
    /// <param name="late">The error when the time is up.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="LxcException">What the helper failed with; what is thrown when it is late; Canceled.</exception>
    internal static List<string[]> Run(HelperProgram helper, Func<int, IReadOnlyList<string>> arguments, int timeout, Func<LxcException> late, CancellationToken cancel)
    {
        List<string[]> lines = [];
        long end = Environment.TickCount64 + timeout;
        Run(helper, arguments, lines.Add, (reader, cancellation) =>
        {
            if (!cancellation.Wait(reader.Descriptor, (int)Math.Max(0, end - Environment.TickCount64)))
            {
                throw late();
            }
        }, 0, cancel);
        return lines;
    }

    /// <summary>Runs it to its end, however long that takes.</summary>
    /// <param name="helper">The helper.</param>
    /// <param name="arguments">Its arguments, given the descriptor that it reports on.</param>
    /// <param name="take">Is given the fields of each line as it comes.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="grace">How long it may clear up when it is ended, in milliseconds: it is told by the end of its report.</param>
    /// <param name="held">An open file whose lock it keeps until it ends, also where this session ends before; or -1.</param>
    /// <exception cref="LxcException">What the helper failed with; Canceled.</exception>
    internal static void Run(HelperProgram helper, Func<int, IReadOnlyList<string>> arguments, Action<string[]> take, CancellationToken cancel, int grace = 0, int held = -1) =>
        Run(helper, arguments, take, (reader, cancellation) => cancellation.Wait(reader.Descriptor, -1), grace, cancel, held);

    private static void Run(HelperProgram helper, Func<int, IReadOnlyList<string>> arguments, Action<string[]> take, Action<ReportReader, Cancellation> wait,
        int grace, CancellationToken cancel, int held = -1)
    {
        using Cancellation cancellation = new(cancel);
        (int read, int write) = Descriptors.Pipe();
        using ReportReader reader = new(read);
        int pidfd;
        try
        {
            pidfd = helper.Start(arguments(3), held < 0 ? [-1, -1, -1, write] : [-1, -1, -1, write, held], newSession: true);
        }
        finally
        {
            Descriptors.Close(write);
        }

        try
        {
            while (true)
            {
                while (reader.TryTake() is { } fields)
                {
                    if (fields[0] == "error")
                    {
                        throw ReportLine.ToException(fields);
                    }

                    take(fields);
                }

                if (reader.IsClosed)
                {
                    return;
                }

                wait(reader, cancellation);
                reader.Fill();
            }
        }
        finally
        {
            // Its child dies with it. A helper that has told everything is ending anyway.
            if (!reader.IsClosed)
            {
                reader.Dispose();
                if (grace == 0 || Polling.Wait(pidfd, Readiness.Readable, grace) == Readiness.None)
                {
                    Processes.Signal(pidfd, 9);
                }
            }

            Processes.Wait(pidfd);
            Descriptors.Close(pidfd);
        }
    }
}
