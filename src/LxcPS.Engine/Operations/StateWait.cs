using System.Diagnostics;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>Waits for states of a container, whoever's monitor supervises it.</summary>
public static class StateWait
{
    /// <summary>
    /// How often a container that has no monitor is looked at although nothing was seen, in milliseconds: LXC's monitor opens the
    /// configuration a moment before it can be asked.
    /// </summary>
    private const int Glance = 250;

    private static readonly ContainerState[] Stopped = [ContainerState.Stopped];

    /// <summary>Waits until the container is in one of the states.</summary>
    /// <param name="lxcPath">The directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="states">The states.</param>
    /// <param name="timeout">In milliseconds; -1 waits without limit.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The state, or null when the time is up.</returns>
    /// <exception cref="LxcException">Canceled.</exception>
    public static ContainerState? Until(string lxcPath, string name, IReadOnlyList<ContainerState> states, int timeout, CancellationToken cancel)
    {
        using Cancellation cancellation = new(cancel);
        long start = Stopwatch.GetTimestamp();

        // A container that is resumed announces that it is thawed, and is running from then on.
        ContainerState[] awaited = states.Contains(ContainerState.Running) ? [.. states, ContainerState.Thawed] : [.. states];
        while (true)
        {
            int client = ControlClient.AddStateClient(lxcPath, name, awaited, out ContainerState current);
            if (client < 0)
            {
                if (states.Contains(current))
                {
                    return current;
                }

                // No monitor: the container is stopped, and somebody may start it.
                if (!AwaitMonitor(lxcPath, name, Remaining(start, timeout), cancellation))
                {
                    return null;
                }

                continue;
            }

            try
            {
                if (!cancellation.Wait(client, Remaining(start, timeout)))
                {
                    return null;
                }

                ContainerState? reached = ControlClient.ReceiveState(client, -1);
                if (reached is { } state && awaited.Contains(state))
                {
                    return states.Contains(state) ? state : ContainerState.Running;
                }

                // The monitor ended without the state: the container is stopped now, and the wait goes on.
            }
            finally
            {
                Descriptors.Close(client);
            }
        }
    }

    /// <summary>Waits until the container is stopped; false when the time (in milliseconds, -1 for no limit) is up.</summary>
    public static bool UntilStopped(string lxcPath, string name, int timeout, CancellationToken cancel) =>
        Until(lxcPath, name, Stopped, timeout, cancel) is not null;

    /// <summary>What is left of a time in milliseconds; -1 stays without limit.</summary>
    internal static int Remaining(long start, int timeout) =>
        timeout < 0 ? -1 : (int)Math.Max(0, timeout - (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds);

    private static bool AwaitMonitor(string lxcPath, string name, int timeout, Cancellation cancellation)
    {
        using FileWatch watch = new();
        watch.Add(Path.Combine(lxcPath, name, "config"), FileWatch.IN_OPEN | FileWatch.IN_DELETE_SELF);
        long start = Stopwatch.GetTimestamp();
        while (!ControlClient.IsAlive(lxcPath, name))
        {
            int remaining = Remaining(start, timeout);
            if (remaining == 0)
            {
                return false;
            }

            cancellation.Wait(watch.Descriptor, remaining < 0 ? Glance : Math.Min(remaining, Glance));
            watch.Drain();
        }

        return true;
    }
}
