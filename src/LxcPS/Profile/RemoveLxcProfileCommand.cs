using System.Management.Automation;

namespace LxcPS.Commands;

/// <summary>Takes profiles out of the kernel and deletes their files.</summary>
[Cmdlet(VerbsCommon.Remove, "LxcProfile", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveLxcProfileCommand : ProfileRemovalCmdlet
{
    /// <inheritdoc/>
    protected override string ActionName => "Unload, and delete its file";

    private protected override bool Deletes => true;
}
