using System.Management.Automation;

namespace LxcPS.Commands;

/// <summary>A cmdlet that changes containers, several side by side.</summary>
public abstract class ContainerActionCmdlet : ContainerCmdlet
{
    private ParallelWork? parallel;

    /// <summary>How many containers are worked on at one time.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>Whether the containers are emitted.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>What is done, as -WhatIf and -Confirm name it.</summary>
    protected abstract string ActionName { get; }

    /// <summary>Does it; runs on a thread of its own, so it writes through the item.</summary>
    private protected virtual void Act(WorkItem item)
    {
    }

    /// <summary>What is done for the current record; on the pipeline's thread. For parameters that the pipeline binds.</summary>
    private protected virtual Action<WorkItem> Prepare() => Act;

    /// <summary>Whether the user agrees; on the pipeline's thread.</summary>
    private protected virtual bool Ask(ContainerTarget target) => ShouldProcess(target.Name, ActionName);

    /// <summary>Emits what came of it; on the pipeline's thread.</summary>
    private protected virtual void Emit(WorkItem item)
    {
        if (PassThru)
        {
            Try(item.Target.Name, () => WriteObject(item.Target.ToContainer()));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        List<WorkItem> items = [];
        Action<WorkItem> act = Prepare();
        foreach (ContainerTarget target in ResolveTargets())
        {
            if (Ask(target))
            {
                items.Add(new WorkItem(target, act));
            }
            else if (PassThru)
            {
                // -WhatIf shows the whole pipeline: what would be changed goes on as it is.
                items.Add(new WorkItem(target, static _ => { }));
            }
        }

        // A single container needs no second thread.
        if (items.Count == 1 && parallel is null && !MyInvocation.ExpectingInput)
        {
            items[0].Run();
            Report(items[0]);
            return;
        }

        foreach (WorkItem item in items)
        {
            (parallel ??= new ParallelWork(ThrottleLimit)).Add(item);
        }

        Drain(wait: false);
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Drain(wait: true);

    private void Drain(bool wait)
    {
        while (parallel?.Take(wait) is { } item)
        {
            Report(item);
        }
    }

    private void Report(WorkItem item)
    {
        if (item.Report(this))
        {
            Emit(item);
        }
    }
}
