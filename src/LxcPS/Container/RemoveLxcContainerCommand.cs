using System.Management.Automation;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Removes containers with all that is in them.</summary>
[Cmdlet(VerbsCommon.Remove, "LxcContainer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, DefaultParameterSetName = NameSet)]
[OutputType(typeof(void))]
public sealed class RemoveLxcContainerCommand : ContainerActionCmdlet
{
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
        ContainerRemover.Remove(item.Target.Store, item.Target.Name, Force, StopToken);
        item.Say("removed");
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
