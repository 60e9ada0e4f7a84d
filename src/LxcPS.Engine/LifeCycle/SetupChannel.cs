using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// The talk between the monitor and the child that becomes init, over a socket pair that keeps message boundaries:
/// <code>
/// monitor                                  child
///   Maps (id maps are written)        ->
///   Mount (one descriptor), repeated  ->     mounts
///   Cgroups (its limits are set)      ->     enters them, cgroup namespace and mounts
///   Network (interfaces are there)    ->
///                                     &lt;-   Terminals (devpts, console, ttys)
///                                            configures the interfaces
///                                     &lt;-   Ready
///   Go (after Terminals; where a hook  ->    confines itself
///   or limits come last, after Ready)
///                                     &lt;-   Listener (where the filter leaves calls to the monitor)
///                                            execve closes the channel: running
///                                     &lt;-   Error (instead of any of the above), or Warning
/// </code>
/// Whoever reads the end of the channel knows that the other side is gone.
/// </summary>
public sealed class SetupChannel : IDisposable
{
    /// <summary>The most descriptors that a message takes.</summary>
    public const int MaximumDescriptors = 8;

    private readonly byte[] buffer = new byte[16384];
    private int descriptor;

    /// <summary>Wraps one end of the pair.</summary>
    public SetupChannel(int fd) => descriptor = fd;

    /// <summary>The kinds of message.</summary>
    public enum Kind : byte
    {
        /// <summary>The other side is gone.</summary>
        Closed = 0,

        /// <summary>The id maps of the child are written.</summary>
        Maps,

        /// <summary>A detached mount that the monitor made for the child.</summary>
        Mount,

        /// <summary>The monitor could not make an optional mount.</summary>
        NoMount,

        /// <summary>The cgroups are ready for the child, with the way into them: in several messages where one cannot take it.</summary>
        Cgroups,

        /// <summary>The devpts instance, the console's master and the ttys' masters.</summary>
        Terminals,

        /// <summary>The network interfaces are in the child's namespace.</summary>
        Network,

        /// <summary>All is set up but for the exec; in an attach: the program's pidfd, and the process that it goes on from is to be ended.</summary>
        Ready,

        /// <summary>Execute.</summary>
        Go,

        /// <summary>The listener of the seccomp filter, sent together with the filter's installation.</summary>
        Listener,

        /// <summary>Setting up failed: the text is a report line.</summary>
        Error,

        /// <summary>Something was left out: the text says what.</summary>
        Warning,
    }

    /// <summary>The descriptor of this end.</summary>
    public int Descriptor => descriptor;

    /// <summary>Sends a message; the monitor's death makes this an EPIPE error.</summary>
    public void Send(Kind kind, string text = "", ReadOnlySpan<int> descriptors = default)
    {
        byte[] message = new byte[1 + Encoding.UTF8.GetByteCount(text)];
        message[0] = (byte)kind;
        Encoding.UTF8.GetBytes(text, message.AsSpan(1));
        LocalSockets.Send(Descriptor, message, descriptors);
    }

    /// <summary>Waits for a message.</summary>
    public Kind Receive(out string text, Span<int> descriptors, out int received)
    {
        int length;
        try
        {
            length = LocalSockets.Receive(Descriptor, buffer, descriptors, out received);
        }
        catch (LinuxException e) when (e.Number == Errno.ECONNRESET)
        {
            // Told once, when the other side ended before it read all that was sent; what it said before is still there.
            length = LocalSockets.Receive(Descriptor, buffer, descriptors, out received);
        }

        text = length > 1 ? Encoding.UTF8.GetString(buffer, 1, length - 1) : string.Empty;
        return length <= 0 ? Kind.Closed : (Kind)buffer[0];
    }

    /// <summary>Waits for a message of one kind that brings nothing; the monitor's death ends the process.</summary>
    public void Expect(Kind expected) => Expect(expected, [], out _);

    /// <summary>Waits for a message of one kind and its descriptors, and returns its text; the monitor's death ends the process.</summary>
    public string Expect(Kind expected, Span<int> descriptors, out int received)
    {
        Kind kind = Receive(out string text, descriptors, out received);
        if (kind != expected)
        {
            // Closed: nobody is left who could be told. Anything else cannot come from our own monitor.
            Processes.Exit(255);
        }

        return text;
    }

    /// <summary>Ends the process when nobody holds the other end any more.</summary>
    public void ExitIfAbandoned()
    {
        if ((Polling.Wait(Descriptor, Readiness.None, 0) & Readiness.HangUp) != 0)
        {
            Processes.Exit(255);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptors.CloseOnce(ref descriptor);
}
