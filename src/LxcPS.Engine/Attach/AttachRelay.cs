using LxcPS.Engine.Console;
using LxcPS.Native;

namespace LxcPS.Engine.Attach;

/// <summary>
/// Keeps an attached program company: passes bytes between the caller's terminal and the program's, the window size and signals, and
/// waits for its end, which comes with the caller's. The caller's terminal is as it was when this returns.
/// </summary>
internal sealed class AttachRelay(int pidfd, int master, int signals, int report)
{
    private const int SIGHUP = 1;
    private const int SIGTERM = 15;
    private const int SIGWINCH = 28;
    private readonly byte[] buffer = new byte[8192];
    private CallerTerminal? terminal;

    /// <summary>Whether it was asked to end the program: it ends itself then.</summary>
    internal bool WasEnded { get; private set; }

    /// <summary>Runs until the program ends; the result is its exit code.</summary>
    internal int Run()
    {
        using PollSet poll = new();
        poll.Add(signals, Readiness.Readable);
        poll.Add(pidfd, Readiness.Readable);
        if (report >= 0)
        {
            // Whoever asked for the program holds the other end until it ends.
            poll.Add(report, Readiness.None);
        }

        if (master < 0)
        {
            return Loop(poll, input: false);
        }

        Descriptors.SetNonBlocking(master, true);
        poll.Add(master, Readiness.Readable);
        using (terminal = new CallerTerminal(master))
        {
            if (terminal.IsTerminal)
            {
                poll.Add(0, Readiness.Readable);
            }

            return Loop(poll, terminal.IsTerminal);
        }
    }

    private int Loop(PollSet poll, bool input)
    {
        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[4];
        bool masterOpen = master >= 0;
        while (true)
        {
            int count = poll.Wait(ready, -1);
            for (int i = 0; i < count; i++)
            {
                int fd = ready[i].Fd;
                if (fd == signals)
                {
                    HandleSignals();
                }
                else if (fd == report)
                {
                    poll.Remove(report);
                    KillProgram();
                }
                else if (fd == pidfd)
                {
                    while (masterOpen && terminal!.PassOutput())
                    {
                    }

                    return Processes.Wait(pidfd).ExitCode;
                }
                else if (fd == master && masterOpen && !terminal!.PassOutput() && (ready[i].Ready & Readiness.HangUp) != 0)
                {
                    masterOpen = false;
                    poll.Remove(master);
                }
                else if (fd == 0 && input && !PassInput())
                {
                    // A terminal in raw mode ends when it is gone. Its signal does not come where a caller has it ignored, as nohup(1) does.
                    input = false;
                    poll.Remove(0);
                    KillProgram();
                }
            }
        }
    }

    private void HandleSignals()
    {
        int signal;
        while ((signal = SignalHandling.Take(signals).Signal) != 0)
        {
            switch (signal)
            {
                case SIGWINCH:
                    terminal?.Resize();
                    break;
                case SIGTERM or SIGHUP:
                    KillProgram();
                    break;
                case 2 or 3 when master < 0:
                    Processes.Signal(pidfd, signal);
                    break;
            }
        }
    }

    // The program leads a session of its own: its group takes along what it started and did not send away.
    private void KillProgram()
    {
        WasEnded = true;
        if (Processes.IdOf(pidfd) is > 0 and int pid)
        {
            Processes.SignalProcess(-pid, 9);
        }

        Processes.Signal(pidfd, 9);
    }

    private bool PassInput()
    {
        int count = Descriptors.Read(0, buffer);
        if (count <= 0)
        {
            return false;
        }

        ReadOnlySpan<byte> data = buffer.AsSpan(0, count);
        while (data.Length > 0)
        {
            int written = Descriptors.Write(master, data);
            if (written < 0)
            {
                Polling.Wait(master, Readiness.Writable, -1);
                continue;
            }

            data = data[written..];
        }

        return true;
    }
}
