using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Devices;

namespace LxcPS.Commands;

/// <summary>Gives containers devices of the host, in their configuration and, where they run, at once: both or neither.</summary>
[Cmdlet(VerbsCommon.Add, "LxcDevice", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer))]
public sealed class AddLxcDeviceCommand : ContainerActionCmdlet
{
    /// <summary>The nodes of the devices on the host.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("FullName", "Source")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostDeviceCompleter))]
    public string[] Path { get; set; } = [];

    /// <summary>The place in the container; without it the one that the device has on the host. For a single device.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Target { get; set; }

    /// <summary>What the container may do with it: letters of r (read), w (write) and m (make a node).</summary>
    [Parameter]
    [ValidatePattern("^[rwm]{1,3}$")]
    public string Access { get; set; } = "rwm";

    /// <summary>The permission bits of the node in the container, in octal as chmod(1) has them; without it those of the host's node.</summary>
    [Parameter]
    [ValidatePattern("^0?[0-7]{3}$")]
    public string? Mode { get; set; }

    /// <inheritdoc/>
    protected override string ActionName => $"Add device {string.Join(", ", Path)}";

    private protected override Action<WorkItem> Prepare()
    {
        // The parameters of this record: the next one's are bound while the work may still run.
        (string? given, string[] paths) = (Target, Path);
        List<(HostDevice Device, string Place)> devices = [];
        try
        {
            if (given is not null && paths.Length > 1)
            {
                throw new LxcException(LxcErrorId.DeviceInvalid, $"'{given}' is the place of a single device, and {paths.Length} were named")
                {
                    Path = given,
                    Advice = "Add them one after the other, or without -Target.",
                };
            }

            foreach (string path in paths)
            {
                HostDevice device = HostDevice.Find(FilePathOf(path));
                devices.Add((device, DevicePath.Parse(given ?? device.Path)));
            }
        }
        catch (LxcException e)
        {
            // Every container is told, as none of them gets anything.
            return _ => throw e;
        }

        DeviceRule.TryAccess(Access, out DeviceAccess access);
        uint? mode = Mode is null ? null : Convert.ToUInt32(Mode, 8);
        return item =>
        {
            DeviceChanger changer = new(Helper, item.Target.Store, item.Target.Name, StopToken);
            foreach ((HostDevice device, string place) in devices)
            {
                if (changer.Add(device, place, access, mode) is { } warning)
                {
                    item.Warn(warning);
                }

                item.Say($"{device.Path} is {place}, {device.ToRule(true, access).Text}");
            }
        };
    }
}
