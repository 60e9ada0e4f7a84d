using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// A helper that a session started ahead: it waits for a request, with its own start behind it, and ends when the session does not need it.
/// The request comes as one message with the descriptors that the helper works with.
/// </summary>
public sealed class HelperWaiter : IDisposable
{
    /// <summary>What calls for it on the command line, before the descriptor of its socket.</summary>
    public const string Command = "wait";

    /// <summary>The number of the socket in a helper that a session starts.</summary>
    internal const int Descriptor = 3;

    /// <summary>From where on the socket is out of the way of what requests bring.</summary>
    private const int Away = 64;

    private const int SIGCHLD = 17;

    private readonly int session = Processes.ParentId;
    private readonly string title = string.Join('\0', Environment.GetCommandLineArgs());
    private readonly byte[] message = new byte[HelperMessage.MaximumLength];
    private int nothing = Descriptors.Duplicate(0, Away);
    private int socket;

    /// <summary>Prepares for requests.</summary>
    /// <param name="descriptor">The number of the socket.</param>
    public HelperWaiter(string descriptor)
    {
        int given = int.Parse(descriptor);
        socket = Descriptors.Duplicate(given, Away);
        Descriptors.Close(given);
        OwnMemory.MapCode();
    }

    /// <summary>Waits for a request and puts its descriptors in their places; null where none comes.</summary>
    public (string[] Arguments, string[] Environment)? Await()
    {
        Span<int> given = stackalloc int[8];
        int signals = SignalHandling.OpenDescriptor(~0UL);
        int ofSession = 0;
        Readiness readiness;
        do
        {
            readiness = Polling.Wait(socket, Readiness.Readable, signals, Readiness.Readable, -1).First;
            (int Signal, int Sender) taken;
            while ((taken = SignalHandling.Take(signals)).Signal != 0)
            {
                if (taken.Signal == SIGCHLD)
                {
                    continue;
                }

                if (taken.Sender == session)
                {
                    // It means the request that it has sent.
                    ofSession = taken.Signal;
                }
                else
                {
                    // Whoever ends it by a signal does not end the request that comes next: the session finds nobody here. One that has come is served.
                    LocalSockets.ShutdownRead(socket);
                }
            }
        }
        while (readiness == Readiness.None);

        int length = LocalSockets.Receive(socket, message, given, out int count);
        if (length <= 0)
        {
            return null;
        }

        Descriptors.Close(signals);
        if (ofSession != 0)
        {
            Processes.SignalProcess(Processes.CurrentId, ofSession);
        }

        (int first, string[] arguments, string[] environment) = HelperMessage.Read(message.AsSpan(0, length));
        for (int i = 0; i < count; i++)
        {
            // Each once: what is told by the end of a descriptor is told by the last copy's.
            Descriptors.DuplicateTo(given[i], first + i);
            if (given[i] >= first + count)
            {
                Descriptors.Close(given[i]);
            }
        }

        ProcessTitle.TrySet(string.Join('\0', [Environment.GetCommandLineArgs()[0], .. arguments]));
        return (arguments, environment);
    }

    /// <summary>Lets go of the standard streams of a request that is done, to wait for the next one.</summary>
    public void Clear()
    {
        for (int i = 0; i < 3; i++)
        {
            Descriptors.DuplicateTo(nothing, i);
        }

        ProcessTitle.TrySet(title);
    }

    /// <summary>Takes no more requests.</summary>
    public void Dispose()
    {
        Descriptors.CloseOnce(ref socket);
        Descriptors.CloseOnce(ref nothing);
    }
}
