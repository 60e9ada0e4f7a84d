using System.Diagnostics;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <summary>How a container is stopped.</summary>
public sealed record StopOptions
{
    /// <summary>How long the container may take to shut down, in milliseconds; -1 waits without limit.</summary>
    public int Timeout { get; init; } = 60_000;

    /// <summary>Whether the container is ended at once, without being asked.</summary>
    public bool Kill { get; init; }

    /// <summary>Whether a container that does not shut down in time goes on.</summary>
    public bool NoKill { get; init; }

    /// <summary>Whether it is to be started again: a container that its end would remove is left running, and an error.</summary>
    public bool MustRemain { get; init; }

    /// <summary>Whether the container starts again in place (lxc.signal.reboot).</summary>
    public bool Reboot { get; init; }
}

/// <summary>How a stop ended.</summary>
public enum StopResult
{
    /// <summary>The container was stopped already.</summary>
    WasStopped,

    /// <summary>It shut down when asked.</summary>
    ShutDown,

    /// <summary>It was ended by force.</summary>
    Killed,

    /// <summary>It was asked to reboot.</summary>
    Rebooted,
}

/// <summary>Stops containers.</summary>
public static class ContainerStopper
{
    private const int SIGINT = 2;
    private const int SIGTERM = 15;
    private const int SIGPWR = 30;
    private const int HaltBySystemd = 34 + 3; // SIGRTMIN+3, see systemd(1), "SIGNALS".

    /// <summary>How long a killed container may take to be gone, in milliseconds.</summary>
    private const int KillTimeout = 30_000;

    /// <summary>Stops a container and returns when its monitor has taken everything down.</summary>
    /// <exception cref="LxcException">StopFailed, Timeout (with NoKill) or Canceled.</exception>
    public static StopResult Stop(string lxcPath, string name, StopOptions options, CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        using Cancellation cancellation = new(cancel);

        // Before the signal: an end that comes at once is not missed.
        int client = ControlClient.AddStateClient(lxcPath, name, [ContainerState.Stopped], out _);
        if (client < 0)
        {
            return StopResult.WasStopped;
        }

        int pidfd = -1;
        try
        {
            if (options.MustRemain && ControlClient.GetConfigItem(lxcPath, name, "lxc.ephemeral") == "1")
            {
                throw new LxcException(LxcErrorId.StopFailed, $"Container '{name}' is ephemeral: stopped, it would be removed and could not be started again")
                {
                    ContainerName = name,
                    ConfigKey = "lxc.ephemeral",
                    Advice = "Reboot it from inside, which it survives, or start it with lxc.ephemeral = 0.",
                };
            }

            if (options.Kill)
            {
                Kill(lxcPath, name, client, cancellation);
                return StopResult.Killed;
            }

            pidfd = ControlClient.GetInitPidfd(lxcPath, name);
            int pid = ControlClient.GetInitPid(lxcPath, name);
            if (pid == 0)
            {
                // It ends by itself at this moment.
                return cancellation.Wait(client, StateWait.Remaining(start, options.Timeout)) ? StopResult.ShutDown : throw TooSlow(name, options);
            }

            int signal = SignalFor(lxcPath, name, pid, options.Reboot);
            if (signal != 0)
            {
                // A halted process takes no signal; the thaw comes first so that the signal is not lost on a freezer that is just changing.
                if (ControlClient.GetState(lxcPath, name) == ContainerState.Frozen)
                {
                    ContainerFreezer.TryChange(lxcPath, name, freeze: false);
                }

                Send(pidfd, pid, signal);
                if (options.Reboot)
                {
                    return StopResult.Rebooted;
                }

                if (cancellation.Wait(client, StateWait.Remaining(start, options.Timeout)))
                {
                    return StopResult.ShutDown;
                }
            }

            if (options.NoKill || options.Reboot)
            {
                throw signal == 0 ? Deaf(name) : TooSlow(name, options);
            }

            Kill(lxcPath, name, client, cancellation);
            return StopResult.Killed;
        }
        finally
        {
            Descriptors.Close(pidfd);
            Descriptors.Close(client);
        }
    }

    private static void Kill(string lxcPath, string name, int client, Cancellation cancellation)
    {
        ControlClient.Stop(lxcPath, name);
        if (!cancellation.Wait(client, KillTimeout))
        {
            throw new LxcException(LxcErrorId.StopFailed, $"Container '{name}' was killed, but it is not gone after {KillTimeout / 1000} seconds")
            {
                ContainerName = name,
                Advice = "A process of it may hang in the kernel (state D in ps), or a hook does not end.",
            };
        }
    }

    /// <summary>The signal that makes the init shut down or reboot; 0 when it would take none of those that are known.</summary>
    private static int SignalFor(string lxcPath, string name, int pid, bool reboot)
    {
        if (ControlClient.GetConfigItem(lxcPath, name, reboot ? "lxc.signal.reboot" : "lxc.signal.halt") is { Length: > 0 } configured
            && configured != "0")
        {
            // Where none is set the answer is 0.
            return Signals.Parse(configured);
        }

        ulong handled = HandledSignals(pid);
        ReadOnlySpan<int> candidates = reboot ? [SIGINT] : [HaltBySystemd, SIGPWR, SIGTERM];
        foreach (int signal in candidates)
        {
            // The first process of a PID namespace gets no signal that it neither catches nor blocks; see pid_namespaces(7).
            if ((handled & SignalHandling.Bit(signal)) != 0)
            {
                return signal;
            }
        }

        return 0;
    }

    private static ulong HandledSignals(int pid)
    {
        ulong handled = 0;
        try
        {
            foreach (string line in Descriptors.ReadText($"/proc/{pid}/status").Split('\n'))
            {
                if (line.StartsWith("SigBlk:", StringComparison.Ordinal) || line.StartsWith("SigCgt:", StringComparison.Ordinal))
                {
                    handled |= ulong.Parse(line.AsSpan(7).Trim(), System.Globalization.NumberStyles.HexNumber);
                }
            }
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ESRCH)
        {
            // It has just ended: nothing needs to be sent.
        }

        return handled;
    }

    private static void Send(int pidfd, int pid, int signal)
    {
        if (pidfd >= 0)
        {
            Processes.Signal(pidfd, signal);
        }
        else
        {
            Processes.SignalProcess(pid, signal);
        }
    }

    private static LxcException TooSlow(string name, StopOptions options) =>
        new(LxcErrorId.Timeout, $"Container '{name}' did not shut down within {options.Timeout / 1000.0:0.###} seconds")
        {
            ContainerName = name,
            Advice = "Give it more time with -Timeout, or end it with -Kill.",
        };

    private static LxcException Deaf(string name) =>
        new(LxcErrorId.StopFailed, $"The init of container '{name}' reacts to no signal that would shut it down or reboot it")
        {
            ContainerName = name,
            Advice = "Set lxc.signal.halt or lxc.signal.reboot to a signal that it handles, or end the container with -Kill.",
        };
}
