using System.Management.Automation;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Get, "Location", DefaultParameterSetName = "Location")]
[OutputType(typeof(PathInfo), typeof(PathInfoStack))]
public sealed class GetLocationCommand : ProviderCommand
{
    [Parameter(ParameterSetName = "Location", ValueFromPipelineByPropertyName = true)]
    public string[]? PSProvider { get; set; }

    [Parameter(ParameterSetName = "Location", ValueFromPipelineByPropertyName = true)]
    public string[]? PSDrive { get; set; }

    [Parameter(ParameterSetName = "Stack")]
    public SwitchParameter Stack { get; set; }

    [Parameter(ParameterSetName = "Stack", ValueFromPipelineByPropertyName = true)]
    public string[]? StackName { get; set; }

    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Stack")
        {
            foreach (var name in StackName ?? [""])
            {
                Try(() => WriteObject(SessionState.Path.LocationStack(name), enumerateCollection: false));
            }
        }
        else if (PSDrive is not null)
        {
            foreach (var drive in PSDrive.SelectMany(SessionState.Drive.GetAll().Named))
            {
                WriteObject(SessionState.Path.GetResolvedPSPathFromPSPath(drive.Name + ":"), enumerateCollection: true);
            }
        }
        else
        {
            foreach (var name in PSProvider ?? [])
            {
                Try(() => WriteObject(SessionState.Path.CurrentProviderLocation(name)));
            }

            if (PSProvider is null)
            {
                WriteObject(SessionState.Path.CurrentLocation);
            }
        }
    }
}
