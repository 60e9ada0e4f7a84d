using System.Management.Automation;
using LxcPS.Engine.Items;

namespace LxcPS.Commands;

/// <summary>Takes mounts away from running containers.</summary>
[Cmdlet(VerbsData.Dismount, "LxcItem", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class DismountLxcItemCommand : ContainerCmdlet
{
    /// <summary>The places of the mounts in the container.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Target")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ContainerMountCompleter))]
    public string[] Destination { get; set; } = [];

    /// <summary>Whether the containers are emitted.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ContainerTarget target in ResolveTargets())
        {
            bool isGone = true;
            foreach (string given in Destination)
            {
                string place = ItemPaths.InContainer(given);
                isGone &= !ShouldProcess(target.Name, $"Dismount {place}")
                    || Try(target.Name, () => new ItemMounter(Helper, target.Store, target.Name, StopToken).Dismount(place));
            }

            if (isGone && PassThru)
            {
                Try(target.Name, () => WriteObject(target.ToContainer()));
            }
        }
    }
}
