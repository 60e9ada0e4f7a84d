using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>
/// Runs programs in many containers side by side on the caller's own thread: one event loop over all their pipes. Output is handed over as
/// it comes, input goes to all of them.
/// </summary>
public sealed partial class CommandSet : IDisposable
{
    /// <summary>How much input may wait for the slowest program before <see cref="Write"/> waits, in bytes.</summary>
    private const int MaximumPending = 1 << 20;

    /// <summary>How long a program that was ended may take to be gone, in milliseconds.</summary>
    private const int KillGrace = 5_000;

    private readonly HelperProgram helper;
    private readonly int throttle;
    private readonly TimeSpan? timeout;
    private readonly PollSet poll = new();
    private readonly Dictionary<int, RunningCommand> byDescriptor = [];
    private readonly List<RunningCommand> running = [];
    private readonly Queue<CommandRequest> waiting = new();
    private readonly byte[] buffer = new byte[16 * 1024];
    private readonly InputQueue input = new();
    private readonly Cancellation cancellation;
    private bool inputClosed;
    private bool wantsHelper;

    /// <summary>Creates an empty set.</summary>
    /// <param name="helper">The helper executable.</param>
    /// <param name="throttle">How many programs run at one time.</param>
    /// <param name="timeout">How long each may run, or null.</param>
    /// <param name="cancel">Ends all of them.</param>
    public CommandSet(HelperProgram helper, int throttle, TimeSpan? timeout, CancellationToken cancel)
    {
        this.helper = helper;
        this.throttle = throttle;
        this.timeout = timeout;
        cancellation = new Cancellation(cancel);
        if (cancellation.Descriptor >= 0)
        {
            poll.Add(cancellation.Descriptor, Readiness.Readable);
        }
    }

    /// <summary>Gets what a program wrote: the bytes are valid during the call only; true for standard error.</summary>
    public delegate void OutputHandler(RunningCommand command, ReadOnlySpan<byte> data, bool isError);

    /// <summary>Called when a program wrote something.</summary>
    public required OutputHandler OnOutput { get; init; }

    /// <summary>Called when a program has ended and all it wrote was handed over.</summary>
    public required Action<RunningCommand> OnEnd { get; init; }

    /// <summary>Called with what a start left out.</summary>
    public required Action<string> OnWarning { get; init; }

    /// <summary>Runs a program now, or when the throttle allows.</summary>
    public void Add(CommandRequest request)
    {
        waiting.Enqueue(request);
        StartWaiting();
    }

    /// <summary>Gives input to all programs; waits only while the slowest is far behind.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        input.Append(data);
        foreach (RunningCommand command in running.ToArray())
        {
            Feed(command);
        }

        Pump(0);

        // Programs that wait for their turn will want all of it, so it is kept then.
        while (input.Pending > MaximumPending && running.Count > 0 && waiting.Count == 0)
        {
            Pump(-1);
        }
    }

    /// <summary>Hands over what has come meanwhile, without waiting.</summary>
    public void Poll() => Pump(0);

    /// <summary>Ends the input and runs until all programs have ended.</summary>
    /// <exception cref="LxcException">Canceled: all of them were ended.</exception>
    public void Finish()
    {
        inputClosed = true;
        foreach (RunningCommand command in running.ToArray())
        {
            Feed(command);
        }

        while (running.Count > 0 || waiting.Count > 0)
        {
            Pump(-1);
        }

        if (wantsHelper)
        {
            helper.PrepareNext();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        waiting.Clear();
        foreach (RunningCommand command in running)
        {
            command.Kill();
        }

        foreach (RunningCommand command in running)
        {
            if (command.Pidfd >= 0)
            {
                // The helper ends its program before itself, and the kernel ends the program of a helper that hangs.
                if (Polling.Wait(command.Pidfd, Readiness.Readable, KillGrace) == Readiness.None)
                {
                    command.ForceEnd();
                }

                command.Reap();
            }

            command.CloseInput();
            command.Close(command.Output);
            command.Close(command.Error);
            command.Report.Dispose();
        }

        running.Clear();
        cancellation.Dispose();
        poll.Dispose();
    }

    private void StartWaiting()
    {
        while (running.Count < throttle && waiting.TryDequeue(out CommandRequest? request))
        {
            RunningCommand command = Start(request);
            running.Add(command);
            foreach (int fd in (ReadOnlySpan<int>)[command.Pidfd, command.Output, command.Error, command.Report.Descriptor])
            {
                byDescriptor.Add(fd, command);
                poll.Add(fd, Readiness.Readable);
            }

            Feed(command);
        }
    }

    private RunningCommand Start(CommandRequest request)
    {
        List<int> open = [];
        try
        {
            (int inputRead, int inputWrite) = Descriptors.Pipe();
            open.AddRange([inputRead, inputWrite]);
            (int outputRead, int outputWrite) = Descriptors.Pipe();
            open.AddRange([outputRead, outputWrite]);
            (int errorRead, int errorWrite) = Descriptors.Pipe();
            open.AddRange([errorRead, errorWrite]);
            (int reportRead, int reportWrite) = Descriptors.Pipe();
            open.AddRange([reportRead, reportWrite]);
            ReadOnlySpan<int> given = [inputRead, outputWrite, errorWrite, reportWrite];
            (SpareHelper? ready, int pidfd) = request.Entered is { } container
                ? helper.Enter(container, request.ToArguments(3), given, request.Variables)
                : (null, helper.Start(request.ToArguments(3), given, newSession: true, request.Variables));
            wantsHelper |= request.Entered is not null && ready is not { HasReturned: true };
            Descriptors.SetNonBlocking(inputWrite, true);
            Descriptors.SetNonBlocking(outputRead, true);
            Descriptors.SetNonBlocking(errorRead, true);
            foreach (int fd in given)
            {
                Descriptors.Close(fd);
            }

            return new RunningCommand(request, pidfd, ready, inputWrite, outputRead, errorRead, new ReportReader(reportRead));
        }
        catch
        {
            open.ForEach(Descriptors.Close);
            throw;
        }
    }
}
