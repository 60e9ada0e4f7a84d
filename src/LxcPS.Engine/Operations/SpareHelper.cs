using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>
/// The helper that stands ready to start a container or to enter one, in a session that does so again and again: half of the time of a short
/// command, and a third of a start's, is the start of its helper. One at most, for <see cref="Lifetime"/>; the end of the session is its end.
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
    /// <param name="descriptors">What it gets as descriptor 0 and on; -1 is /dev/null, and comes before others.</param>
    /// <param name="variables">
    /// What it gets beside the caller's environment, NAME=value, where it takes its environment from the request; null for a request that goes
    /// by what a process inherits: its helper must have been started with what the caller has now.
    /// </param>
    internal int TryGive(IReadOnlyList<string> arguments, ReadOnlySpan<int> descriptors, IReadOnlyList<string>? variables)
    {
        if (Exchange(null) is not { } helper)
        {
            return -1;
        }

        bool given = false;
        try
        {
            int first = Math.Max(0, descriptors.IndexOfAnyExcept(-1));
            string[]? environment = variables is not null ? [.. variables, .. EnvironmentVariables.Own()] : helper.Inherited == Inheritance() ? [] : null;
            if (environment is not null && HelperMessage.TryWrite(first, arguments, environment) is { } message)
            {
                LocalSockets.Send(helper.Socket, message, descriptors[first..]);
                Descriptors.Close(helper.Socket);
                given = true;
                return helper.Pidfd;
            }
        }
        catch (LinuxException)
        {
            // Somebody ended it meanwhile, or the session has no descriptor left, which the start of another will tell.
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

        int ours = -1;
        int theirs = -1;
        Waiting? surplus = null;
        try
        {
            (ours, theirs) = LocalSockets.Pair();
            string inherited = Inheritance();
            surplus = new Waiting(program.Start([HelperWaiter.Command, $"{HelperWaiter.Descriptor}"], [-1, -1, -1, theirs], newSession: true), ours, inherited);
            ours = -1;
            if (inherited == Inheritance())
            {
                surplus = Exchange(surplus);
                timer.Change(Lifetime, Timeout.Infinite);
            }

            // Where another thread of the session has changed it meanwhile, nobody knows to which side of the start.
        }
        catch (Exception e) when (e is LxcException or LinuxException)
        {
            // The next one starts its own, and tells why it cannot.
        }
        finally
        {
            surplus?.End();
            Descriptors.Close(ours);
            Descriptors.Close(theirs);
        }
    }

    private Waiting? Exchange(Waiting? next) => Interlocked.Exchange(ref waiting, next);

    // What may change in a session of what a process inherits; the directory may also be one that is deleted.
    private static string Inheritance() => string.Join('\0',
    [
        DirectoryTree.ReadLink(Descriptors.CurrentDirectory, "/proc/self/cwd"),
        Descriptors.ReadText("/proc/self/cgroup"),
        Descriptors.ReadText("/proc/self/limits"),
        Descriptors.ReadText("/proc/self/oom_score_adj"),
        .. Descriptors.ReadText("/proc/self/status").Split('\n').Where(static line => line.StartsWith("Umask:", StringComparison.Ordinal)
            || line.StartsWith("Cpus_allowed:", StringComparison.Ordinal)),
        .. EnvironmentVariables.Own(),
    ]);

    private sealed record Waiting(int Pidfd, int Socket, string Inherited)
    {
        /// <summary>Ends it, also one that is suspended, and waits for its end.</summary>
        internal void End()
        {
            try
            {
                Processes.Signal(Pidfd, 9);
                Processes.Wait(Pidfd);
            }
            catch (LinuxException e) when (e.Number == Errno.ECHILD)
            {
                // In a session that ignores SIGCHLD the kernel reaps it.
            }
            finally
            {
                Descriptors.Close(Socket);
                Descriptors.Close(Pidfd);
            }
        }
    }
}
