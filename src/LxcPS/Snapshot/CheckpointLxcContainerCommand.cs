using System.Management.Automation;
using LxcPS.Engine.Copying;

namespace LxcPS.Commands;

/// <summary>Takes snapshots of stopped containers.</summary>
[Cmdlet(VerbsData.Checkpoint, "LxcContainer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcSnapshot))]
public sealed class CheckpointLxcContainerCommand : ContainerCmdlet
{
    /// <summary>What is noted with the snapshots.</summary>
    [Parameter(Position = 1)]
    public string? Comment { get; set; }

    /// <summary>Whether the snapshots are emitted.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ContainerTarget target in ResolveTargets())
        {
            if (ShouldProcess(target.Name, "Take a snapshot"))
            {
                Try(target.Name, () =>
                {
                    SnapshotInfo taken = new SnapshotStore(target.Store, target.Name, Helper).Take(Comment, StopToken);
                    WriteVerbose($"{target.Name}: {taken.Name}");
                    if (PassThru)
                    {
                        WriteObject(new LxcSnapshot(target.Store, target.Name, taken));
                    }
                });
            }
        }
    }
}
