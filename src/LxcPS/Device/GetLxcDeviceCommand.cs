using System.Management.Automation;
using LxcPS.Engine.Devices;

namespace LxcPS.Commands;

/// <summary>Gets the devices that containers may use and have.</summary>
[Cmdlet(VerbsCommon.Get, "LxcDevice", DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcDevice))]
public sealed class GetLxcDeviceCommand : ContainerCmdlet
{
    /// <summary>Places in the container; wildcards are allowed. Without it also the rules that have no place.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ContainerDeviceCompleter))]
    public string[]? Path { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        WildcardPattern[]? patterns = Path?.Select(path => WildcardPattern.Get(path, WildcardOptions.None)).ToArray();
        foreach (ContainerTarget target in ResolveTargets())
        {
            Try(target.Name, () =>
            {
                foreach (DeviceState state in DeviceInventory.Read(Helper, target.Store, target.Name, StopToken))
                {
                    if (patterns is null || state.Path is not null && patterns.Any(pattern => pattern.IsMatch(state.Path)))
                    {
                        WriteObject(new LxcDevice(target.Name, target.LxcPath, state));
                    }
                }
            });
        }
    }
}
