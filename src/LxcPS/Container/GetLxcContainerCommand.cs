using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Gets containers.</summary>
[Cmdlet(VerbsCommon.Get, "LxcContainer")]
[OutputType(typeof(LxcContainer))]
public sealed class GetLxcContainerCommand : LxcCmdlet
{
    /// <summary>The names of the containers; wildcards are allowed. All when it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ContainerName")]
    [SupportsWildcards]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only containers in one of these states.</summary>
    [Parameter]
    [ValidateNotNull]
    public ContainerState[] State { get; set; } = [];

    /// <summary>Only containers that belong to one of these groups (<c>lxc.group</c>).</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public string[] Group { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (FindStore() is not { } store)
        {
            return;
        }

        RunningSet running = RunningSet.Read();
        foreach (string pattern in Name)
        {
            foreach (string name in ContainerNames.Matching(store, pattern, this))
            {
                LxcContainer? container = null;
                if (Try(name, () => container = LxcContainer.Read(store, name, running)) && IsWanted(container!))
                {
                    WriteObject(container);
                }
            }
        }
    }

    private bool IsWanted(LxcContainer container) =>
        (State.Length == 0 || State.Contains(container.State)) && (Group.Length == 0 || container.Group.Intersect(Group).Any());
}
