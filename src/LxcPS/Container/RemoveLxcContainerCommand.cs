using System.Collections.Concurrent;
using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Removes containers with all that is in them.</summary>
[Cmdlet(VerbsCommon.Remove, "LxcContainer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = NameSet)]
[OutputType(typeof(void))]
public sealed class RemoveLxcContainerCommand : ContainerActionCmdlet
{
    private readonly ConcurrentQueue<ContainerTarget> needed = new();

    /// <summary>Also removes containers that run, after ending them, and does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override string ActionName => "Remove container and all its files";

    private protected override bool Ask(ContainerTarget target)
    {
        // -Force answers the question, unless the user wants to be asked or to see only.
        bool silent = Force && !MyInvocation.BoundParameters.ContainsKey("Confirm") && !MyInvocation.BoundParameters.ContainsKey("WhatIf")
            && !LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));
        return silent || base.Ask(target);
    }

    private protected override void Act(WorkItem item)
    {
        if (TryRemove(item.Target))
        {
            item.Say("removed");
        }
        else
        {
            needed.Enqueue(item.Target);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();

        // Until nothing more goes: each may have been what the next was waiting for.
        List<ContainerTarget> left = [.. needed];
        int before;
        do
        {
            before = left.Count;
            left.RemoveAll(target =>
            {
                bool isNeeded = false;
                Try(target.Name, () => isNeeded = !TryRemove(target));
                return !isNeeded;
            });
        }
        while (left.Count < before);

        left.ForEach(target => Try(target.Name, () => Remove(target)));
    }

    // False where another container is laid over it, which may be about to be removed as well.
    private bool TryRemove(ContainerTarget target)
    {
        try
        {
            Remove(target);
            return true;
        }
        catch (LxcException e) when (e.ErrorId == LxcErrorId.ContainerNeeded)
        {
            return false;
        }
    }

    private void Remove(ContainerTarget target) => ContainerRemover.Remove(target.Store, target.Name, Force, StopToken);

    private protected override void Emit(WorkItem item)
    {
        // What is gone cannot be emitted; under -WhatIf it is still there.
        if (PassThru && item.Target.Store.Exists(item.Target.Name))
        {
            base.Emit(item);
        }
    }
}
