using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>
/// The helpers that stand ready in a session that starts containers or runs commands in them again and again: half of the time of a short
/// command, and a third of a start's, is the start of its helper. One that has run a command is there for the next one in the same container;
/// for a start, and for another container, one is started ahead. After <see cref="Lifetime"/> without use they are ended; the end of the
/// session is their end.
/// </summary>
internal sealed class SpareHelpers
{
    /// <summary>How many stand ready at most.</summary>
    private const int Most = 4;

    /// <summary>How long they stand ready, and how soon a session must ask again to get some, in milliseconds.</summary>
    private const int Lifetime = 5_000;

    // In the order of their last use.
    private readonly List<SpareHelper> ready = new(Most);
    private readonly Timer timer;
    private bool starting;
    private long lastAsked = -Lifetime;

    internal SpareHelpers() => timer = new Timer(static spare => ((SpareHelpers)spare!).EndUnused(), this, Timeout.Infinite, Timeout.Infinite);

    /// <summary>Gives a request to one of them; null where none stands ready that can take it.</summary>
    /// <param name="container">The container that is to be entered; null for another request, which takes a helper for good.</param>
    /// <param name="arguments">The helper's arguments.</param>
    /// <param name="descriptors">What it gets as descriptor 0 and on; -1 is /dev/null, and comes before others.</param>
    /// <param name="variables">
    /// What it gets beside the caller's environment, NAME=value, where it takes its environment from the request; null where it goes by the one
    /// that it was started with. Of what else a process inherits it must have what the caller has now.
    /// </param>
    internal SpareHelper? TryGive(string? container, IReadOnlyList<string> arguments, ReadOnlySpan<int> descriptors, IReadOnlyList<string>? variables)
    {
        if (Take(container) is not { } helper)
        {
            return null;
        }

        bool given = false;
        try
        {
            int first = Math.Max(0, descriptors.IndexOfAnyExcept(-1));
            string[] environment = variables is not null ? [.. variables, .. EnvironmentVariables.Own()] : [];
            bool same = helper.Inherited == Inheritance() && (variables is not null || helper.Environment == OwnEnvironment());
            if (same && HelperMessage.TryWrite(first, arguments, environment) is { } message)
            {
                helper.Send(message, descriptors[first..]);
                helper.HasReturned = helper.Container is not null;
                helper.Container = container;
                given = true;
                return helper;
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

        return null;
    }

    /// <summary>Has one that has done its work stand ready again.</summary>
    internal void TakeBack(SpareHelper helper)
    {
        SpareHelper? surplus = null;
        helper.Used = Environment.TickCount64;
        Volatile.Write(ref lastAsked, helper.Used);
        lock (ready)
        {
            if (ready.Count == Most)
            {
                surplus = ready[0];
                ready.RemoveAt(0);
            }

            ready.Add(helper);
            timer.Change(Math.Max(0, ready[0].Used + Lifetime - helper.Used), Timeout.Infinite);
        }

        if (surplus is not null)
        {
            // Not while the caller waits.
            ThreadPool.UnsafeQueueUserWorkItem(static helper => helper.End(), surplus, preferLocal: false);
        }
    }

    /// <summary>Starts one for the next request, where the last is not long ago and there is none that is fresh.</summary>
    internal void Prepare(HelperProgram program)
    {
        long now = Environment.TickCount64;
        if (now - Interlocked.Exchange(ref lastAsked, now) >= Lifetime || !TryReserve())
        {
            return;
        }

        int ours = -1;
        int theirs = -1;
        SpareHelper? surplus = null;
        try
        {
            (ours, theirs) = LocalSockets.Pair();
            string inherited = Inheritance();
            string environment = OwnEnvironment();
            int pidfd = program.Start([HelperWaiter.Command, $"{HelperWaiter.Descriptor}"], [-1, -1, -1, theirs], newSession: true);
            surplus = new SpareHelper(pidfd, ours, inherited, environment);
            ours = -1;
            if (inherited == Inheritance() && environment == OwnEnvironment())
            {
                TakeBack(surplus);
                surplus = null;
            }

            // Where another thread of the session has changed it meanwhile, nobody knows to which side of the start.
        }
        catch (Exception e) when (e is LxcException or LinuxException)
        {
            // The next one starts its own, and tells why it cannot.
        }
        finally
        {
            Volatile.Write(ref starting, false);
            surplus?.End();
            Descriptors.Close(ours);
            Descriptors.Close(theirs);
        }
    }

    private bool TryReserve()
    {
        lock (ready)
        {
            bool free = !starting && !ready.Exists(static helper => helper.Container is null);
            starting |= free;
            return free;
        }
    }

    private SpareHelper? Take(string? container)
    {
        lock (ready)
        {
            int at = container is null ? -1 : ready.FindIndex(helper => helper.Container == container);
            at = at >= 0 ? at : ready.FindIndex(static helper => helper.Container is null);
            if (at < 0)
            {
                return null;
            }

            SpareHelper helper = ready[at];
            ready.RemoveAt(at);
            return helper;
        }
    }

    private void EndUnused()
    {
        SpareHelper[] unused;
        lock (ready)
        {
            long since = Environment.TickCount64 - Lifetime;
            unused = [.. ready.Where(helper => helper.Used <= since)];
            ready.RemoveAll(helper => helper.Used <= since);
            if (ready.Count > 0)
            {
                timer.Change(ready[0].Used - since, Timeout.Infinite);
            }
        }

        Array.ForEach(unused, static helper => helper.End());
    }

    // What may change in a session of what a process inherits; the directory may also be one that is deleted.
    private static string Inheritance() => string.Join('\0',
    [
        DirectoryTree.ReadLink(Descriptors.CurrentDirectory, "/proc/self/cwd"),
        Descriptors.ReadText("/proc/self/cgroup"),
        Descriptors.ReadText("/proc/self/limits"),
        Descriptors.ReadText("/proc/self/oom_score_adj"),
        .. Descriptors.ReadText("/proc/self/status").Split('\n').Where(static line => line.StartsWith("Umask:", StringComparison.Ordinal)
            || line.StartsWith("Cpus_allowed:", StringComparison.Ordinal)),
    ]);

    private static string OwnEnvironment() => string.Join('\0', EnvironmentVariables.Own());
}
