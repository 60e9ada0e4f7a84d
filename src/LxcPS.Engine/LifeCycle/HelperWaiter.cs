using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// A helper that a session started ahead: it waits for one request, with its own start behind it, and ends when the session does not need it.
/// The request comes as one message with the descriptors that the helper works with.
/// </summary>
public static class HelperWaiter
{
    /// <summary>What calls for it on the command line, before the descriptor of its socket.</summary>
    public const string Command = "wait";

    /// <summary>The number of the socket in a helper that a session starts.</summary>
    internal const int Descriptor = 3;

    /// <summary>Waits for a request and puts its descriptors in their places; null where none comes.</summary>
    /// <param name="descriptor">The number of the socket.</param>
    public static (string[] Arguments, string[] Environment)? Await(string descriptor)
    {
        int socket = int.Parse(descriptor);
        OwnMemory.MapCode();
        int signals = SignalHandling.OpenDescriptor(~0UL);
        Span<byte> message = new byte[HelperMessage.MaximumLength];
        Span<int> given = stackalloc int[8];

        if (Polling.Wait(socket, Readiness.Readable, signals, Readiness.Readable, -1).First == Readiness.None)
        {
            // Whoever ends it by a signal does not end the request that comes next: the session finds nobody here. One that has come is served.
            LocalSockets.ShutdownRead(socket);
        }

        int length = LocalSockets.Receive(socket, message, given, out int count);
        if (length <= 0)
        {
            return null;
        }

        Descriptors.Close(signals);
        Descriptors.Close(socket);
        (int first, string[] arguments, string[] environment) = HelperMessage.Read(message[..length]);
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
}
