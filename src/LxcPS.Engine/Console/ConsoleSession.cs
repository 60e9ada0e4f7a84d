using System.Globalization;
using System.Text;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Protocol;
using LxcPS.Native;

namespace LxcPS.Engine.Console;

/// <summary>
/// Joins the caller's terminal to the console or a tty of a running container, until the user leaves it or the container ends. The monitor, ours
/// or LXC's, lends the master as long as the connection is open.
/// </summary>
public sealed class ConsoleSession
{
    /// <summary>What may wait for a container that reads slower than the user types; the rest is dropped, as a terminal drops it.</summary>
    private const int MostPending = 65536;

    private const int SIGHUP = 1;
    private const int SIGTERM = 15;
    private const int SIGWINCH = 28;
    private readonly ConsoleRequest request;
    private readonly Reporter reporter;
    private readonly EscapeFilter filter;
    private readonly List<byte> pending = [];
    private readonly PollSet poll = new();
    private readonly int signals;
    private int connection;
    private int master;
    private int slave = -1;

    private ConsoleSession(ConsoleRequest request, Reporter reporter)
    {
        this.request = request;
        this.reporter = reporter;
        filter = new EscapeFilter((byte)(request.Escape & 0x1f));
        SignalHandling.BlockAll();
        signals = SignalHandling.OpenDescriptor(~0UL);
    }

    /// <summary>Runs to the end; the result is 0, or 125 when there was no session, which is reported.</summary>
    public static int Run(ConsoleRequest request)
    {
        using Reporter reporter = new(request.ReportDescriptor);
        return reporter.Guard(() => new ConsoleSession(request, reporter).RunToEnd(), e => new LxcException(
            LxcErrorId.ConsoleFailed, $"The terminal could not be joined to container '{request.Name}': {e.Message}", e) { ContainerName = request.Name });
    }

    private int RunToEnd()
    {
        if (ControlClient.GetState(request.LxcPath, request.Name) is ContainerState.Stopped or ContainerState.Starting or ContainerState.Aborting)
        {
            throw new LxcException(LxcErrorId.ContainerNotRunning, $"Container '{request.Name}' is not running")
            {
                ContainerName = request.Name,
                Advice = "Start it with Start-LxcContainer; with -Foreground the terminal is its console from the beginning.",
            };
        }

        if (ControlClient.BorrowTerminal(request.LxcPath, request.Name, request.Number) is not { } lent)
        {
            throw NotFree();
        }

        (connection, master, int number) = lent;
        char escape = request.Escape;
        Descriptors.WriteAll(1, Encoding.UTF8.GetBytes(
            $"Connected to {(number == 0 ? "the console" : $"tty {number}")} of {request.Name}. Ctrl+{escape} q leaves it, Ctrl+{escape} Ctrl+{escape} types Ctrl+{escape}.\n"));
        bool wasNonBlocking = Descriptors.IsNonBlocking(master);
        Descriptors.SetNonBlocking(master, true);
        using CallerTerminal terminal = new(master);
        try
        {
            Loop(terminal);
            return 0;
        }
        finally
        {
            // The flag belongs to the master that the monitor has too, and lends to others.
            Descriptors.SetNonBlocking(master, wasNonBlocking);
        }
    }

    private void Loop(CallerTerminal terminal)
    {
        KeepOpen();
        poll.Add(signals, Readiness.Readable);
        poll.Add(connection, Readiness.Readable);
        poll.Add(master, Readiness.Readable);
        poll.Add(0, Readiness.Readable);
        if (reporter.Descriptor >= 0)
        {
            // Whoever asked for the session holds the other end until it ends.
            poll.Add(reporter.Descriptor, Readiness.None);
        }

        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[5];
        while (true)
        {
            int count = poll.Wait(ready, -1);
            for (int i = 0; i < count; i++)
            {
                (int fd, Readiness what) = ready[i];
                if (fd == connection)
                {
                    // The monitor is gone, and the container with it.
                    while (terminal.PassOutput())
                    {
                    }

                    return;
                }

                bool goesOn = fd == signals ? HandleSignals(terminal)
                    : fd == 0 ? TakeInput()
                    : fd == master && HandleMaster(terminal, what);
                if (!goesOn)
                {
                    return;
                }
            }
        }
    }

    private bool HandleMaster(CallerTerminal terminal, Readiness what)
    {
        if ((what & Readiness.Writable) != 0)
        {
            PassInput();
        }

        // What was at the other end may close it and open it again, as getty does: no reason to leave.
        return terminal.PassOutput() || (what & Readiness.HangUp) == 0 || KeepOpen();
    }

    private bool HandleSignals(CallerTerminal terminal)
    {
        int signal;
        while ((signal = SignalHandling.Take(signals).Signal) != 0)
        {
            if (signal == SIGWINCH)
            {
                terminal.Resize();
            }
            else if (signal is SIGTERM or SIGHUP)
            {
                return false;
            }
        }

        return true;
    }

    private bool TakeInput()
    {
        Span<byte> typed = stackalloc byte[4096];
        int count = Descriptors.Read(0, typed);
        if (count <= 0 || filter.Take(typed[..count], pending))
        {
            return false;
        }

        if (pending.Count > MostPending)
        {
            pending.RemoveRange(MostPending, pending.Count - MostPending);
        }

        PassInput();
        return true;
    }

    private void PassInput()
    {
        while (pending.Count > 0)
        {
            int written = Descriptors.Write(master, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(pending));
            if (written <= 0)
            {
                break;
            }

            pending.RemoveRange(0, written);
        }

        poll.Modify(master, pending.Count > 0 ? Readiness.Readable | Readiness.Writable : Readiness.Readable);
    }

    // With a slave of our own open, the master has no end while nothing in the container has the tty open.
    private bool KeepOpen()
    {
        Descriptors.Close(slave);
        slave = -1;
        try
        {
            slave = Terminals.OpenSlave(master);
            return true;
        }
        catch (LinuxException)
        {
            // Its devpts is gone with the container, or LXC's monitor has locked it: the end of the other side is the session's then.
            return false;
        }
    }

    private LxcException NotFree()
    {
        string? setting = ControlClient.GetConfigItem(request.LxcPath, request.Name, "lxc.tty.max");
        int max = int.TryParse(setting, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
        (string text, string advice) = request.Number switch
        {
            0 => ("its console is not free, or it has none", "See whether another session is connected to it, and lxc.console.path."),
            _ when max == 0 => ("it has no ttys: lxc.tty.max is 0",
                "-TtyNumber 0 connects to its console. A larger lxc.tty.max (Set-LxcConfig) gives it ttys from the next start on."),
            > 0 when request.Number > max => ($"it has no tty {request.Number}: lxc.tty.max is {max}", $"Give a number from 1 to {max}, or 0 for its console."),
            > 0 => ($"tty {request.Number} is in use", "Leave the number out for one that is free."),
            _ => (max == 1 ? "its only tty is in use" : $"all of its {max} ttys are in use", "Leave one in another session, or connect to its console with -TtyNumber 0."),
        };
        return new LxcException(LxcErrorId.ConsoleFailed, $"The terminal cannot be connected to container '{request.Name}': {text}")
        {
            ContainerName = request.Name,
            ConfigKey = request.Number == 0 ? null : "lxc.tty.max",
            Advice = advice,
        };
    }
}
