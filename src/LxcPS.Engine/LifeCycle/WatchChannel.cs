using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// The talk between the two processes of a monitor while the container runs, over a socket pair that keeps message boundaries. A message is
/// three 32-bit numbers, and descriptors. The keeper takes the watcher for one who may have been taken over: what it does at its request is
/// bounded, and harms nobody but the container.
/// <code>
/// watcher                                     keeper
///   State (which)                         ->    announces it
///   Stop                                  ->    sends init the signal that ends the container
///                                         &lt;-    Answer (errno)
///   Open (process id)                     ->
///                                         &lt;-    Answer (errno, whether it is in init's user namespace; directory and memory)
///   Log                                   ->    puts the console's log aside, or empties it
///                                         &lt;-    Answer (errno; the log)
///                                         &lt;-    Enter (ways into cgroups)
///   Client (what it waits for; connection)->    keeps it when the watcher has ended
/// </code>
/// </summary>
internal sealed class WatchChannel(int fd) : IDisposable
{
    /// <summary>The most descriptors of a message.</summary>
    internal const int MaximumDescriptors = 8;

    private const int Size = 12;

    /// <summary>The kinds of message.</summary>
    internal enum Kind
    {
        /// <summary>The other side is gone, or talks nonsense.</summary>
        None = 0,

        /// <summary>The container has another state.</summary>
        State,

        /// <summary>A client has the container stopped.</summary>
        Stop,

        /// <summary>A program of the container's is to be looked into.</summary>
        Open,

        /// <summary>The console's log is full.</summary>
        Log,

        /// <summary>What became of a request.</summary>
        Answer,

        /// <summary>The watcher's cgroups are there.</summary>
        Enter,

        /// <summary>A client that is still connected at the container's end.</summary>
        Client,
    }

    /// <summary>The descriptor of this end.</summary>
    internal int Descriptor => fd;

    /// <summary>Whether there is a message, or the end, to be received at once.</summary>
    internal bool IsReadable => Polling.Wait(fd, Readiness.Readable, 0) != Readiness.None;

    /// <summary>Sends a message; false when the other side does not take it, or is gone.</summary>
    internal bool Send(Kind kind, int first = 0, int second = 0, ReadOnlySpan<int> descriptors = default, bool wait = true)
    {
        Span<byte> message = stackalloc byte[Size];
        BitConverter.TryWriteBytes(message, (int)kind);
        BitConverter.TryWriteBytes(message[4..], first);
        BitConverter.TryWriteBytes(message[8..], second);
        try
        {
            return LocalSockets.Send(fd, message, descriptors, wait) == Size;
        }
        catch (LinuxException e) when (e.Number is Errno.EPIPE or Errno.ECONNRESET)
        {
            return false;
        }
    }

    /// <summary>Takes a message, and waits where there is none yet.</summary>
    internal Kind Receive(out int first, out int second, Span<int> descriptors, out int received)
    {
        // A byte more, so that what is too long is seen to be.
        Span<byte> message = stackalloc byte[Size + 1];
        received = 0;
        int length;
        try
        {
            length = LocalSockets.Receive(fd, message, descriptors, out received);
        }
        catch (LinuxException e) when (e.Number == Errno.ECONNRESET)
        {
            length = 0;
        }

        first = BitConverter.ToInt32(message[4..]);
        second = BitConverter.ToInt32(message[8..]);
        return length == Size ? (Kind)BitConverter.ToInt32(message) : Kind.None;
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptors.CloseOnce(ref fd);
}
