using System.Management.Automation;
using LxcPS.Engine.Items;

namespace LxcPS.Commands;

/// <summary>Binds a file or directory of the host into running containers, until they stop.</summary>
[Cmdlet(VerbsData.Mount, "LxcItem", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcItemMount))]
public sealed class MountLxcItemCommand : ContainerCmdlet
{
    /// <summary>The file or directory on the host.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "Source")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = string.Empty;

    /// <summary>The place in the container.</summary>
    [Parameter(Mandatory = true, Position = 2, ValueFromPipelineByPropertyName = true)]
    [Alias("Target")]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = string.Empty;

    /// <summary>Whether nothing can be written through the mount.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter ReadOnly { get; set; }

    /// <summary>Whether the mounts are emitted.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        string path = string.Empty;
        if (!Try(Path, () => path = FilePathOf(Path)))
        {
            return;
        }

        string place = ItemPaths.InContainer(Destination);
        foreach (ContainerTarget target in ResolveTargets())
        {
            bool isThere = !ShouldProcess(target.Name, $"Mount {path} at {place}")
                || Try(target.Name, () => new ItemMounter(Helper, target.Store, target.Name, StopToken).Mount(path, place, ReadOnly));

            // -WhatIf shows the whole pipeline: what would be mounted goes on.
            if (isThere && PassThru)
            {
                WriteObject(new LxcItemMount(target.Name, target.LxcPath, path, place, ReadOnly));
            }
        }
    }
}
