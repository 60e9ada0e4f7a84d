using System.Management.Automation;
using LxcPS.Engine.Devices;

namespace LxcPS.Commands;

/// <summary>Takes devices away that were added to containers, from their configuration and, where they run, at once: both or neither.</summary>
[Cmdlet(VerbsCommon.Remove, "LxcDevice", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class RemoveLxcDeviceCommand : ContainerActionCmdlet
{
    /// <summary>The places of the devices in the container.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("Target")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ContainerDeviceCompleter))]
    public string[] Path { get; set; } = [];

    /// <inheritdoc/>
    protected override string ActionName => $"Remove device {string.Join(", ", Path)}";

    private protected override Action<WorkItem> Prepare()
    {
        string[] places = Path;
        return item =>
        {
            DeviceChanger changer = new(Helper, item.Target.Store, item.Target.Name, StopToken);
            foreach (string place in places)
            {
                changer.Remove(DevicePath.Parse(place));
                item.Say($"{place} is removed");
            }
        };
    }
}
