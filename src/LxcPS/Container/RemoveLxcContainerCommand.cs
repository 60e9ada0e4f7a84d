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
        try
        {
            ContainerRemover.Remove(item.Target.Store, item.Target.Name, Force, StopToken);
            item.Say("removed");
        }
        catch (LxcException e) when (e.ErrorId == LxcErrorId.ContainerNeeded)
        {
            // What is laid over it may be about to be removed as well.
            needed.Enqueue(item.Target);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        bool goesOn = true;
        while (goesOn && !needed.IsEmpty)
        {
            goesOn = false;
            List<(ContainerTarget Target, LxcException Cause)> left = [];
            while (needed.TryDequeue(out ContainerTarget? target))
            {
                Try(target.Name, () =>
                {
                    try
                    {
                        ContainerRemover.Remove(target.Store, target.Name, Force, StopToken);
                        goesOn = true;
                    }
                    catch (LxcException e) when (e.ErrorId == LxcErrorId.ContainerNeeded)
                    {
                        left.Add((target, e));
                    }
                });
            }

            foreach ((ContainerTarget target, LxcException cause) in left)
            {
                if (goesOn)
                {
                    needed.Enqueue(target);
                }
                else
                {
                    WriteError(cause, target.Name);
                }
            }
        }
    }

    private protected override void Emit(WorkItem item)
    {
        // What is gone cannot be emitted; under -WhatIf it is still there.
        if (PassThru && item.Target.Store.Exists(item.Target.Name))
        {
            base.Emit(item);
        }
    }
}
