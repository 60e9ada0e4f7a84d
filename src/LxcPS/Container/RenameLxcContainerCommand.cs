using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Gives a stopped container another name.</summary>
[Cmdlet(VerbsCommon.Rename, "LxcContainer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class RenameLxcContainerCommand : ContainerCmdlet
{
    /// <summary>The new name; a script block computes it of each container: { $_.Name + '-old' }.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ValidateNotNull]
    public string NewName { get; set; } = string.Empty;

    /// <summary>Whether the container is emitted under its new name.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ContainerTarget target in ResolveTargets())
        {
            if (!Try(target.Name, () => ContainerName.Validate(NewName)) || !ShouldProcess(target.Name, $"Rename to {NewName}"))
            {
                continue;
            }

            if (Try(target.Name, () => ContainerRenamer.Rename(target.Store, target.Name, NewName)) && PassThru)
            {
                WriteObject(LxcContainer.Read(target.Store, NewName));
            }
        }
    }
}
