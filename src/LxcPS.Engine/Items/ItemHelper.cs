using LxcPS.Engine.Configuration;
using LxcPS.Engine.LifeCycle;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>
/// Copies files into a container or out of it. Three processes:
/// <code>
/// helper       waits, and ends the others when nobody listens any more
///   host       reads or writes the host's files, with the caller's rights
///   container  writes or reads the container's, see <see cref="ContainerRoot"/>
/// </code>
/// Between the two there is a pipe (<see cref="ItemFrame"/>), and the one that writes believes nothing of what comes through it.
/// </summary>
public sealed class ItemHelper
{
    /// <summary>The exit code of a side whose other side has ended.</summary>
    private const int OtherEnded = 124;

    private const int Failed = 125;

    /// <summary>How long the writing side may take to remove what is not whole, in milliseconds.</summary>
    private const int ClearingTime = 2_000;

    private readonly ItemRequest request;
    private readonly Reporter reporter;
    private readonly Random random = new();

    private ItemHelper(ItemRequest request, Reporter reporter)
    {
        this.request = request;
        this.reporter = reporter;
    }

    /// <summary>Carries the request out; the result is 0, or 125 when it failed.</summary>
    public static int Run(ItemRequest request)
    {
        using Reporter reporter = new(request.ReportDescriptor);
        ItemHelper helper = new(request, reporter);
        return helper.Guard(helper.RunToEnd);
    }

    private int Guard(Func<int> work) => reporter.Guard(() =>
    {
        try
        {
            return work();
        }
        catch (LxcException e) when (e.ErrorId == LxcErrorId.Canceled)
        {
            return OtherEnded;
        }
    }, e => StorageError.Of(e, $"Files cannot be copied {(request.IsInto ? "into" : "out of")} container '{request.Name}'", request.Name));

    private int RunToEnd()
    {
        (int read, int write) = Descriptors.Pipe();
        (int hostEnd, int containerEnd) = request.IsInto ? (write, read) : (read, write);
        int[] kept = request.ReportDescriptor >= 0 ? [containerEnd, request.ReportDescriptor] : [containerEnd];
        (int container, IdMaps maps) = ContainerRoot.Start(request.LxcPath, request.Name, kept, Guard,
            root => request.IsInto ? Receive(root, containerEnd, isRoot: true, maps: null) : Send(root, containerEnd, maps: null));
        Descriptors.Close(containerEnd);
        int host;
        try
        {
            host = Forking.Start(0, -1, () => Guard(() =>
            {
                Processes.SetParentDeathSignal(9);
                int root = Descriptors.OpenPath("/", directory: true);
                FileTree.SetMask(0);
                return request.IsInto ? Send(root, hostEnd, maps) : Receive(root, hostEnd, Processes.EffectiveUserId == 0, maps);
            })).Pidfd;
        }
        catch
        {
            Processes.Signal(container, 9);
            Processes.Wait(container);
            throw;
        }

        Descriptors.Close(hostEnd);
        return request.IsInto ? Supervise(host, container) : Supervise(container, host);
    }

    private int Send(int root, int pipe, IdMaps? maps)
    {
        ItemReport report = new(reporter, request.Name);
        return new ItemSender(root, new ItemWriter(pipe), report, request, new ItemAttributes(report, request, maps)).Run();
    }

    private int Receive(int root, int pipe, bool isRoot, IdMaps? maps)
    {
        ItemReport report = new(reporter, request.Name);
        return new ItemReceiver(root, new ItemReader(pipe), report, request, new ItemOwners(report, request, isRoot), new ItemAttributes(report, request, maps), random).Run();
    }

    private int Supervise(int sender, int receiver)
    {
        using PollSet poll = new();
        poll.Add(sender, Readiness.Readable);
        poll.Add(receiver, Readiness.Readable);
        if (reporter.Descriptor >= 0)
        {
            // That the reader has gone is told in any case.
            poll.Add(reporter.Descriptor, Readiness.None);
        }

        int? sent = null;
        int? received = null;
        long deadline = long.MaxValue;
        Span<(int Fd, Readiness Ready)> ready = new (int, Readiness)[3];
        while (sent is null || received is null)
        {
            int timeout = deadline == long.MaxValue ? -1 : (int)Math.Max(0, deadline - Environment.TickCount64);
            int count = poll.Wait(ready, timeout);
            if (count == 0)
            {
                Processes.Signal(receiver, 9);
                deadline = long.MaxValue;
            }

            foreach ((int fd, Readiness _) in ready[..count])
            {
                poll.Remove(fd);
                if (fd == sender)
                {
                    sent = Processes.Wait(sender).ExitCode;
                }
                else if (fd == receiver)
                {
                    received = Processes.Wait(receiver).ExitCode;
                }
                else
                {
                    // The end of what comes makes the other one clear up and end.
                    Processes.Signal(sender, 9);
                    deadline = Environment.TickCount64 + ClearingTime;
                }
            }
        }

        if ((sent, received) == (0, 0))
        {
            reporter.Fields(ItemReport.DoneKind);
            return 0;
        }

        if (sent == Failed || received == Failed)
        {
            // Told by the one that failed.
            return Failed;
        }

        throw new LxcException(LxcErrorId.CopyFailed, $"A process that copies files {(request.IsInto ? "into" : "out of")} container '{request.Name}' ended unexpectedly")
        {
            ContainerName = request.Name,
            Step = "copy",
            Advice = "It may have been killed: see the kernel log for an out-of-memory kill, and whether the container was stopped.",
        };
    }
}
