using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Operations;

/// <content>What the event loop does.</content>
public sealed partial class CommandSet
{
    private void Pump(int wait)
    {
        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[32];
        int count = poll.Wait(ready, Nearest(wait));
        for (int i = 0; i < count; i++)
        {
            (int fd, Readiness state) = ready[i];
            if (fd == cancellation.Descriptor)
            {
                cancellation.ThrowIfRequested();
            }
            else if (byDescriptor.TryGetValue(fd, out RunningCommand? command))
            {
                Handle(command, fd, state);
            }
        }

        EndOverdue();
        StartWaiting();
    }

    private void Handle(RunningCommand command, int fd, Readiness state)
    {
        if (fd == command.Input)
        {
            Feed(command);
            return;
        }

        if (fd == command.Pidfd)
        {
            Forget(fd);
            command.Reap();
        }
        else if (fd == command.Report.Descriptor)
        {
            TakeReport(command);
        }
        else
        {
            int length = Descriptors.Read(fd, buffer);
            if (length > 0)
            {
                OnOutput(command, buffer.AsSpan(0, length), fd == command.Error);
                return;
            }

            if (length < 0 && (state & Readiness.HangUp) == 0)
            {
                return;
            }

            Forget(fd);
            command.Close(fd);
        }

        if (command.IsOver)
        {
            End(command);
        }
        else if (command.HasEnded)
        {
            DrainAfterEnd(command);
        }
    }

    private void TakeReport(RunningCommand command)
    {
        command.Report.Fill();
        if (command.Report.IsClosed)
        {
            Forget(command.Report.Descriptor);
        }

        while (command.Report.TryTake() is { } fields)
        {
            switch (fields[0])
            {
                case "warning":
                    OnWarning(fields[1]);
                    break;
                case "error":
                    command.Failure ??= ReportLine.ToException(fields);
                    break;
                case ReportLine.Exit when !command.HasEnded:
                    // The last line: the report is closed without a wait for the helper's end.
                    Forget(command.Report.Descriptor);
                    command.Report.Dispose();
                    Forget(command.Pidfd);
                    command.EndWith(int.Parse(fields[1]), helper);
                    break;
            }
        }
    }

    // Something that the program left behind may hold its pipes for ever: what it has written by its own end is all that is waited for.
    private void DrainAfterEnd(RunningCommand command)
    {
        foreach (int fd in (ReadOnlySpan<int>)[command.Output, command.Error])
        {
            if (fd < 0)
            {
                continue;
            }

            int length;
            while ((length = Descriptors.Read(fd, buffer)) > 0)
            {
                OnOutput(command, buffer.AsSpan(0, length), fd == command.Error);
            }

            Forget(fd);
            command.Close(fd);
        }

        End(command);
    }

    private void End(RunningCommand command)
    {
        running.Remove(command);
        if (command.Input >= 0)
        {
            Forget(command.Input);
            command.CloseInput();
        }

        // The helper is gone, so the whole report is in the pipe.
        while (!command.Report.IsClosed)
        {
            TakeReport(command);
        }

        command.Report.Dispose();
        TrimInput();
        OnEnd(command);
    }

    private void Feed(RunningCommand command)
    {
        if (command.Input < 0)
        {
            return;
        }

        try
        {
            ReadOnlySpan<byte> data;
            while ((data = input.From(command.InputTaken)).Length > 0)
            {
                int written = Descriptors.Write(command.Input, data);
                if (written < 0)
                {
                    if (byDescriptor.TryAdd(command.Input, command))
                    {
                        poll.Add(command.Input, Readiness.Writable);
                    }

                    return;
                }

                command.InputTaken += written;
            }

            Forget(command.Input);
            if (inputClosed)
            {
                command.CloseInput();
            }
        }
        catch (LinuxException e) when (e.Number == Errno.EPIPE)
        {
            // The program does not read any more, as head(1) does: no error.
            Forget(command.Input);
            command.CloseInput();
        }

        TrimInput();
    }

    private void TrimInput()
    {
        if (waiting.Count == 0)
        {
            input.Trim(running);
        }
    }

    private void Forget(int fd)
    {
        if (byDescriptor.Remove(fd))
        {
            poll.Remove(fd);
        }
    }

    private int Nearest(int wait)
    {
        if (wait == 0 || timeout is null)
        {
            return wait;
        }

        double nearest = double.MaxValue;
        foreach (RunningCommand command in running)
        {
            TimeSpan end = command.Failure is null ? timeout.Value : timeout.Value + TimeSpan.FromMilliseconds(KillGrace);
            nearest = Math.Min(nearest, (end - command.Age).TotalMilliseconds);
        }

        return nearest == double.MaxValue ? wait : (int)Math.Clamp(Math.Ceiling(nearest), 0, int.MaxValue);
    }

    private void EndOverdue()
    {
        if (timeout is null)
        {
            return;
        }

        foreach (RunningCommand command in running)
        {
            if (command.Failure is not null && command.Age >= timeout + TimeSpan.FromMilliseconds(KillGrace))
            {
                command.ForceEnd();
            }
            else if (command.Failure is null && command.Age >= timeout)
            {
                command.Failure = new LxcException(LxcErrorId.Timeout,
                    $"The command in container '{command.Request.Name}' did not end within {timeout.Value.TotalSeconds:0.###} seconds and was ended")
                {
                    ContainerName = command.Request.Name,
                    Advice = "Give it more time with -Timeout.",
                };
                command.Kill();
            }
        }
    }
}
