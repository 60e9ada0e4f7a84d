using System.Management.Automation;

namespace LxcPS.Commands;

/// <summary>Takes profiles out of the kernel, and keeps their files from being loaded at the system's start.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "LxcProfile", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnregisterLxcProfileCommand : ProfileRemovalCmdlet
{
    /// <inheritdoc/>
    protected override string ActionName => "Unload, and disable its file";

    private protected override bool Deletes => false;
}
