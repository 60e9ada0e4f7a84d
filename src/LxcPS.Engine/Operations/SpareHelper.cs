using LxcPS.Engine.Attach;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>
/// The helper that stands ready to enter a container, in a session that does so again and again: half of the time of a short command is
/// the start of its helper. One at most, for <see cref="Lifetime"/>; the end of the session is its end.
/// </summary>
internal sealed class SpareHelper
{
    /// <summary>How long it stands ready, and how soon a session must ask again to get one, in milliseconds.</summary>
    private const int Lifetime = 5_000;

    private readonly Timer timer;
    private Waiting? waiting;
    private long lastAsked = -Lifetime;

    internal SpareHelper() => timer = new Timer(static spare => ((SpareHelper)spare!).Exchange(null)?.End(), this, Timeout.Infinite, Timeout.Infinite);

    /// <summary>Gives a request to the helper; its pidfd, or -1 where none stands ready that can take it.</summary>
    /// <param name="arguments">The helper's arguments.</param>
    /// <param name="variables">What it gets beside the caller's environment: NAME=value.</param>
    /// <param name="descriptors">What it gets as descriptor 0 and on.</param>
    internal int TryGive(IReadOnlyList<string> arguments, IReadOnlyList<string> variables, ReadOnlySpan<int> descriptors)
    {
        if (Exchange(null) is not { } helper)
        {
            return -1;
        }

        bool given = false;
        try
        {
            if (AttachMessage.TryWrite(arguments, [.. variables, .. EnvironmentVariables.Own()]) is { } message)
            {
                LocalSockets.Send(helper.Socket, message, descriptors);
                Descriptors.Close(helper.Socket);
                given = true;
                return helper.Pidfd;
            }
        }
        catch (LinuxException e) when (e.Number is Errno.EPIPE or Errno.ECONNRESET)
        {
            // Somebody ended it meanwhile.
        }
        finally
        {
            if (!given)
            {
                helper.End();
            }
        }

        return -1;
    }

    /// <summary>Starts one for the next request, where the last is not long ago.</summary>
    internal void Prepare(HelperProgram program)
    {
        long now = Environment.TickCount64;
        if (now - Interlocked.Exchange(ref lastAsked, now) >= Lifetime || Volatile.Read(ref waiting) is not null)
        {
            return;
        }

        (int ours, int theirs) = LocalSockets.Pair();
        try
        {
            int pidfd = program.Start(["attach", AttachWaiter.Option, $"{AttachWaiter.Descriptor}"], [-1, -1, -1, theirs], newSession: true);
            Exchange(new Waiting(pidfd, ours))?.End();
            timer.Change(Lifetime, Timeout.Infinite);
        }
        catch (LxcException)
        {
            // The commands that run have their helpers; the next one starts its own, and tells why it cannot.
            Descriptors.Close(ours);
        }
        finally
        {
            Descriptors.Close(theirs);
        }
    }

    private Waiting? Exchange(Waiting? next) => Interlocked.Exchange(ref waiting, next);

    private sealed record Waiting(int Pidfd, int Socket)
    {
        /// <summary>Ends it, and waits for its end.</summary>
        internal void End()
        {
            Descriptors.Close(Socket);
            Processes.Wait(Pidfd);
            Descriptors.Close(Pidfd);
        }
    }
}
