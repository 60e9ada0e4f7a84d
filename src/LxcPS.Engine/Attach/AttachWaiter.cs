using LxcPS.Native;

namespace LxcPS.Engine.Attach;

/// <summary>
/// A helper that a session started ahead: it waits for one request, with its own start behind it, and ends when the session does not need it.
/// The request comes as one message with the descriptors that the helper works with from 0 on.
/// </summary>
public static class AttachWaiter
{
    /// <summary>What calls for it on the command line, before the descriptor of its socket.</summary>
    public const string Option = "--wait";

    /// <summary>The number of the socket in a helper that a session starts.</summary>
    internal const int Descriptor = 3;

    /// <summary>Waits, and runs what comes; the result is that of <see cref="Attacher.Run"/>, and 0 where nothing came.</summary>
    /// <param name="descriptor">The number of the socket.</param>
    public static int Run(string descriptor)
    {
        int socket = int.Parse(descriptor);
        int signals = SignalHandling.OpenDescriptor(~0UL);
        Span<byte> message = new byte[AttachMessage.MaximumLength];
        Span<int> given = stackalloc int[8];

        // Whoever ends it by a signal does not end the request that comes next: the session finds nobody here.
        if (Polling.Wait(socket, Readiness.Readable, signals, Readiness.Readable, -1).First == Readiness.None
            || LocalSockets.Receive(socket, message, given, out int count) is var length && length <= 0)
        {
            return 0;
        }

        Descriptors.Close(signals);
        Descriptors.Close(socket);
        for (int i = 0; i < count; i++)
        {
            // Each once: what is told by the end of a descriptor is told by the last copy's.
            Descriptors.DuplicateTo(given[i], i);
            if (given[i] >= count)
            {
                Descriptors.Close(given[i]);
            }
        }

        (string[] arguments, string[] environment) = AttachMessage.Read(message[..length]);
        ProcessTitle.TrySet(string.Join('\0', [Environment.GetCommandLineArgs()[0], .. arguments]));
        return Attacher.Run(AttachRequest.Parse(arguments.AsSpan(1), environment));
    }
}
