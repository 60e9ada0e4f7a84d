using System.Text;
using LxcPS.Native;

namespace LxcPS.Engine.Hooks;

/// <summary>Runs the command line of a hook through a shell, and reads what it writes.</summary>
internal static class HookProgram
{
    private const int MaximumOutput = 4096;

    /// <summary>Runs it to its end.</summary>
    /// <param name="command">What the shell is given.</param>
    /// <param name="environment">NAME=value strings: all that the hook gets.</param>
    /// <param name="settings">A file that the hook has as descriptor 3, or -1.</param>
    /// <param name="wait">What else happens.</param>
    /// <param name="output">The beginning of what it wrote to standard output and error.</param>
    internal static ExitStatus Run(string command, IReadOnlyList<string> environment, int settings, HookWait wait, out string output)
    {
        (int read, int write) = Descriptors.Pipe();
        try
        {
            int pid = Spawning.Start("/bin/sh", ["sh", "-c", command], environment, settings < 0 ? [0, write, write] : [0, write, write, settings], newSession: true);
            int pidfd = Processes.OpenPidfd(pid);
            Descriptors.Close(write);
            write = -1;
            Descriptors.SetNonBlocking(read, true);
            output = ReadOutput(read, pid, pidfd, wait);
            ExitStatus exit = Processes.Wait(pidfd);
            Descriptors.Close(pidfd);
            return exit;
        }
        finally
        {
            Descriptors.Close(read);
            Descriptors.Close(write);
        }
    }

    // Until the hook ends, not until its pipe does: what it leaves running in the background may keep that open.
    private static string ReadOutput(int pipe, int pid, int pidfd, HookWait wait)
    {
        byte[] buffer = new byte[MaximumOutput];
        int length = 0;
        using PollSet poll = new();
        poll.Add(pipe, Readiness.Readable);
        poll.Add(pidfd, Readiness.Readable);
        if (wait.Abandoned >= 0)
        {
            poll.Add(wait.Abandoned, Readiness.Readable);
        }

        if (wait.Others is not null)
        {
            poll.Add(wait.Others.Descriptor, Readiness.Readable);
        }

        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[4];
        bool open = true;
        while (true)
        {
            bool ended = false;
            int count = poll.Wait(ready, -1);
            for (int i = 0; i < count; i++)
            {
                int fd = ready[i].Fd;
                ended |= fd == pidfd;
                if (fd == wait.Abandoned || (fd == wait.Others?.Descriptor && !wait.Serve!()))
                {
                    Processes.SignalProcess(-pid, 9);
                    poll.Remove(fd);
                }
            }

            if (open && !Drain(pipe, buffer, ref length))
            {
                open = false;
                poll.Remove(pipe);
            }

            if (ended)
            {
                return Encoding.UTF8.GetString(buffer, 0, length);
            }
        }
    }

    // What goes beyond the limit is read all the same: a hook must not wait for a full pipe. False at the end of the pipe.
    private static bool Drain(int pipe, byte[] buffer, ref int length)
    {
        Span<byte> rest = stackalloc byte[512];
        while (true)
        {
            int count = Descriptors.Read(pipe, length < buffer.Length ? buffer.AsSpan(length) : rest);
            if (count <= 0)
            {
                return count != 0;
            }

            length = Math.Min(buffer.Length, length + count);
        }
    }
}
