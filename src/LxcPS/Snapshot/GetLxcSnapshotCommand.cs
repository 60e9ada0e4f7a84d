using System.Management.Automation;
using LxcPS.Engine.Copying;

namespace LxcPS.Commands;

/// <summary>Gets the snapshots of containers.</summary>
[Cmdlet(VerbsCommon.Get, "LxcSnapshot", DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcSnapshot))]
public sealed class GetLxcSnapshotCommand : ContainerQueryCmdlet
{
    /// <summary>Only snapshots of these names; wildcards are allowed.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SnapshotCompleter))]
    public string[] SnapshotName { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        WildcardPattern[] patterns = [.. SnapshotName.Select(name => new WildcardPattern(name, WildcardOptions.None))];
        foreach (ContainerTarget target in ResolveTargets())
        {
            Try(target.Name, () =>
            {
                foreach (SnapshotInfo snapshot in new SnapshotStore(target.Store, target.Name, Helper).List())
                {
                    if (patterns.Any(pattern => pattern.IsMatch(snapshot.Name)))
                    {
                        WriteObject(new LxcSnapshot(target.Store, target.Name, snapshot));
                    }
                }
            });
        }
    }
}
