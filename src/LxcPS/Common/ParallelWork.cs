using System.Runtime.ExceptionServices;
using LxcPS.Engine;

namespace LxcPS.Commands;

/// <summary>One object's work: what is done, and what came of it.</summary>
internal sealed class WorkItem(ContainerTarget target, Action<WorkItem> work)
{
    private readonly List<(bool IsWarning, string Text)> messages = [];
    private ExceptionDispatchInfo? unexpected;

    internal ContainerTarget Target { get; } = target;

    /// <summary>What the work gives besides the container itself.</summary>
    internal object? Result { get; set; }

    internal bool IsDone { get; set; }

    private LxcException? Failure { get; set; }

    /// <summary>Kept until the pipeline's thread writes it: only that thread may.</summary>
    internal void Warn(string text) => messages.Add((true, text));

    /// <summary>Kept until the pipeline's thread writes it.</summary>
    internal void Say(string text) => messages.Add((false, text));

    internal void Run()
    {
        try
        {
            work(this);
        }
        catch (LxcException e)
        {
            Failure = e;
        }
        catch (Exception e)
        {
            // A fault of ours must reach the pipeline's thread; on this one it would end the process.
            unexpected = ExceptionDispatchInfo.Capture(e);
        }
    }

    /// <summary>Writes messages and the error; true when the work was done. To be called on the pipeline's thread.</summary>
    internal bool Report(LxcCmdlet cmdlet)
    {
        foreach ((bool isWarning, string text) in messages)
        {
            if (isWarning)
            {
                cmdlet.WriteWarning($"{Target.Name}: {text}");
            }
            else
            {
                cmdlet.WriteVerbose($"{Target.Name}: {text}");
            }
        }

        unexpected?.Throw();
        if (Failure is not null)
        {
            cmdlet.WriteError(Failure, Target.Name);
        }

        return Failure is null;
    }
}

/// <summary>Runs work on several objects side by side, and gives it back in the order it came.</summary>
/// <param name="limit">How many run at one time.</param>
internal sealed class ParallelWork(int limit)
{
    private readonly Lock gate = new();
    private readonly Queue<WorkItem> waiting = new();
    private readonly Queue<WorkItem> unreported = new();
    private readonly SemaphoreSlim finished = new(0);
    private int threads;

    /// <summary>Begins the work now, or when the limit allows.</summary>
    internal void Add(WorkItem item)
    {
        unreported.Enqueue(item);
        lock (gate)
        {
            waiting.Enqueue(item);
            if (threads == limit)
            {
                return;
            }

            threads++;
        }

        // Threads of our own: the pool starts with one a processor and grows slowly, and most of this work is waiting.
        new Thread(Run) { IsBackground = true, Name = "LxcPS" }.Start();
    }

    /// <summary>The next item in order if its work is done; with <paramref name="wait"/> when it is done. Null when there is none.</summary>
    internal WorkItem? Take(bool wait)
    {
        while (unreported.TryPeek(out WorkItem? item))
        {
            lock (gate)
            {
                if (item.IsDone)
                {
                    return unreported.Dequeue();
                }
            }

            if (!wait)
            {
                return null;
            }

            finished.Wait();
        }

        return null;
    }

    private void Run()
    {
        while (true)
        {
            WorkItem? item;
            lock (gate)
            {
                if (!waiting.TryDequeue(out item))
                {
                    threads--;
                    return;
                }
            }

            item.Run();
            lock (gate)
            {
                item.IsDone = true;
            }

            finished.Release();
        }
    }
}
