using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Console;
using LxcPS.Engine.Network;
using LxcPS.Engine.Mounts;
using LxcPS.Engine.Protocol;
using LxcPS.Engine.Seccomp;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <content>The talk with the child while it sets the container up.</content>
public sealed partial class Supervisor
{
    /// <summary>Waits for a message of the child; an error of the child's, or its death, is thrown.</summary>
    private void Await(SetupChannel channel, SetupChannel.Kind expected)
    {
        Span<int> descriptors = stackalloc int[SetupChannel.MaximumDescriptors];
        int outstanding = -1;
        while (true)
        {
            AwaitReadable(channel);
            SetupChannel.Kind kind = channel.Receive(out string text, descriptors, out int received);
            switch (kind)
            {
                case SetupChannel.Kind.Warning:
                    reporter.Warning(text);
                    continue;
                case SetupChannel.Kind.Listener when received == 1:
                    notifier!.Add(descriptors[0], ofInit: true);
                    continue;
                case SetupChannel.Kind.Error:
                    throw ReportLine.ToException(ReportLine.Split(text));
                case SetupChannel.Kind.Terminals when expected == kind:
                    outstanding = TakeTerminals(text, descriptors[..received], outstanding);
                    if (outstanding > 0)
                    {
                        continue;
                    }

                    return;
                case SetupChannel.Kind.Closed when expected != kind && server.HasKilled:
                    throw new LxcException(LxcErrorId.StartFailed, $"Container '{request.Name}' was stopped while it was starting")
                    {
                        Step = "setup",
                        Advice = "Another session has stopped it; start it again.",
                    };
                case SetupChannel.Kind.Closed when expected != kind:
                    throw new LxcException(LxcErrorId.StartFailed, "The process that sets up the container ended unexpectedly")
                    {
                        Step = "setup",
                        Advice = "It may have been killed: see the kernel log for an out-of-memory kill, and the memory limit of the container.",
                    };
                default:
                    if (kind == expected)
                    {
                        return;
                    }

                    throw new LxcException(LxcErrorId.StartFailed, $"The process that sets up the container sent {kind} where {expected} was due");
            }
        }
    }

    /// <summary>Sends a message to the child; where that has ended, what it said last is thrown.</summary>
    private void Tell(SetupChannel channel, SetupChannel.Kind kind, string text = "", ReadOnlySpan<int> descriptors = default)
    {
        try
        {
            channel.Send(kind, text, descriptors);
        }
        catch (LinuxException e) when (e.Number is Errno.EPIPE or Errno.ECONNRESET)
        {
            // Nothing follows the message that this one would have answered: the error, or the end.
            Await(channel, SetupChannel.Kind.Go);
        }
    }

    // Meanwhile clients are answered: a start whose hook takes long must not hold up those who only want to know the state.
    private void AwaitReadable(SetupChannel channel)
    {
        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[8];
        while (true)
        {
            int count = poll.Wait(ready, notifier is null ? -1 : TimeoutUntil(notifier.NextDeadline));
            notifier?.Expire(Environment.TickCount64);
            bool readable = false;
            for (int i = 0; i < count; i++)
            {
                (int fd, Readiness state) = ready[i];
                if (fd == reporter.Descriptor)
                {
                    // A reader that goes away cancels: the child is ended by the undo of its start.
                    throw new LxcException(LxcErrorId.Canceled, "The start was canceled");
                }

                readable |= fd == channel.Descriptor || fd == initPidfd;
                if (fd == signals)
                {
                    HandleSignals();
                }
                else
                {
                    Dispatch(fd, state);
                }
            }

            if (readable)
            {
                return;
            }
        }
    }

    private int TakeTerminals(string text, ReadOnlySpan<int> received, int outstanding)
    {
        string[] counts = text.Split(' ');
        int next = 0;
        if (outstanding < 0)
        {
            outstanding = int.Parse(counts[0]);
            if (counts[1] == "1")
            {
                devpts = received[next++];
                undo.Push("devpts", () => CloseDescriptor(ref devpts));
            }

            if (counts[2] == "1")
            {
                OpenConsole(received[next++]);
            }

            if (counts[3] == "1")
            {
                kernelLog!.Attach(received[next++]);
            }
        }

        while (next < received.Length)
        {
            ttys.Add(received[next++]);
        }

        return outstanding - received.Length;
    }

    private void OpenConsole(int master)
    {
        ConsolePeer? peer = null;
        if (IsAttended && !KeepsStreams)
        {
            peer = ConsolePeer.OfStandardStreams();
        }
        else if (plan.ConsolePath is { } path)
        {
            try
            {
                peer = ConsolePeer.Open(path);
            }
            catch (LinuxException e)
            {
                throw new LxcException(LxcErrorId.ConsoleFailed, $"The console cannot be joined to '{DisplayText.Of(path)}': {e.Message}", e)
                {
                    Step = "console",
                    ConfigKey = "lxc.console.path",
                    Advice = "Name a terminal, or a file in a directory that there is, or none.",
                };
            }
        }

        console = new ConsoleRelay(poll, master, plan.ConsoleBuffer,
            plan.ConsoleLog is null ? null : ConsoleLog.Open(plan.ConsoleLog, plan.ConsoleLogSize, StartLogOver), peer);
        undo.Push("console", CloseConsole);
    }
}
