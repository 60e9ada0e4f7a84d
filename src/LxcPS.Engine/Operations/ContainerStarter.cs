using LxcPS.Engine.Configuration;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Store;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>Starts containers: one monitor each, which reports until init runs.</summary>
public static class ContainerStarter
{
    /// <summary>How long a cancelled start may take to unmake what it made, in milliseconds.</summary>
    private const int UnmakeTimeout = 10_000;

    /// <summary>The program, with its arguments, that a container's configuration names for running one (<c>lxc.execute.cmd</c>).</summary>
    /// <exception cref="LxcException">ConfigInvalidValue: it names none; or the configuration cannot be read.</exception>
    public static IReadOnlyList<string> ExecuteCommandOf(ContainerStore store, MonitorRequest request)
    {
        ContainerConfig config = store.LoadConfig(request.Name);
        MonitorRequest.Apply(config, request.Settings);
        return QuotedWords.Split(config.Get("lxc.execute.cmd") ?? string.Empty) is { Count: > 0 } words ? words
            : throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The configuration of container '{DisplayText.Of(request.Name)}' names no program to execute")
            {
                ContainerName = request.Name,
                ConfigKey = "lxc.execute.cmd",
                Advice = "Set lxc.execute.cmd, or name a program with -Command.",
            };
    }

    /// <summary>Starts a container in the background and returns the process id of its init once that runs.</summary>
    /// <param name="helper">The helper executable.</param>
    /// <param name="request">What to start; its report descriptor is chosen here.</param>
    /// <param name="warn">Gets what the start left out.</param>
    /// <param name="cancel">Unmakes the start.</param>
    /// <exception cref="LxcException">The start failed: the step, the call and the key that stopped it are in the exception.</exception>
    public static int Start(HelperProgram helper, MonitorRequest request, Action<string> warn, CancellationToken cancel)
    {
        using Cancellation cancellation = new(cancel);
        (int read, int write) = Descriptors.Pipe();
        using ReportReader reader = new(read);
        int pidfd;
        try
        {
            pidfd = helper.StartReady(request.ToArguments(reportDescriptor: 3, detach: true), [-1, -1, -1, write]);
        }
        finally
        {
            Descriptors.Close(write);
        }

        try
        {
            // What was started goes on as its child and ends at once.
            Processes.Wait(pidfd);
        }
        finally
        {
            Descriptors.Close(pidfd);
        }

        try
        {
            int init = AwaitRunning(reader, request, warn, cancellation);
            helper.PrepareNext();
            return init;
        }
        catch (LxcException e) when (e.ErrorId == LxcErrorId.Canceled)
        {
            // The monitor takes a reader that went away for a cancellation.
            reader.Dispose();
            StateWait.UntilStopped(request.LxcPath, request.Name, UnmakeTimeout, CancellationToken.None);
            throw;
        }
    }

    /// <summary>
    /// Starts a container that keeps the caller's terminal until it stops; the result is the exit code of its init. Signals of the
    /// terminal reach the container.
    /// </summary>
    public static int RunForeground(HelperProgram helper, MonitorRequest request, Action<string> warn)
    {
        (int read, int write) = Descriptors.Pipe();
        using ReportReader reader = new(read);
        int pidfd;
        try
        {
            pidfd = helper.Start(request.ToArguments(reportDescriptor: 3, detach: false), [0, 1, 2, write], newSession: false);
        }
        finally
        {
            Descriptors.Close(write);
        }

        ExitStatus exit = default;
        try
        {
            using Cancellation cancellation = new(CancellationToken.None);
            AwaitRunning(reader, request, warn, cancellation);
        }
        finally
        {
            // Whether or not the container started, its monitor ends by itself.
            exit = Processes.Wait(pidfd);
            Descriptors.Close(pidfd);
        }

        return exit.ExitCode;
    }

    private static int AwaitRunning(ReportReader reader, MonitorRequest request, Action<string> warn, Cancellation cancellation)
    {
        while (true)
        {
            while (reader.TryTake() is { } fields)
            {
                switch (fields[0])
                {
                    case "state" when fields[1] == nameof(ContainerState.Running):
                        return int.Parse(fields[2]);
                    case "warning":
                        warn(fields[1]);
                        break;
                    case "error":
                        throw ReportLine.ToException(fields);
                }
            }

            if (reader.IsClosed)
            {
                throw new LxcException(LxcErrorId.MonitorFailed, $"The monitor of container '{request.Name}' ended before the container ran and did not say why")
                {
                    ContainerName = request.Name,
                    Advice = "It may have been killed: see the kernel log for an out-of-memory kill.",
                };
            }

            cancellation.Wait(reader.Descriptor, -1);
            reader.Fill();
        }
    }
}
