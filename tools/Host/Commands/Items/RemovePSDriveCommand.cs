using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Remove, "PSDrive", DefaultParameterSetName = "Name", SupportsShouldProcess = true)]
public sealed class RemovePSDriveCommand : ProviderCommand
{
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Name", ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "LiteralName", ValueFromPipelineByPropertyName = true)]
    [Alias("LiteralName")]
    public string[] Name { get; set; } = [];

    [Parameter]
    public string Scope { get; set; } = "";

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override SwitchParameter UseForce => Force;

    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            var found = SessionState.Drive.GetAll().Named(name).ToArray();
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(new ErrorRecord(new DriveNotFoundException($"Cannot find drive. A drive with the name '{name}' does not exist."),
                    "DriveNotFound", ErrorCategory.ObjectNotFound, name));
            }

            foreach (var drive in found.Where(drive =>
                ShouldProcess($"Name: {drive.Name} Provider: {drive.Provider} Root: {drive.Root}", "Remove Drive")))
            {
                Try(() => Internals.Call(SessionState.Drive, "Remove", drive.Name, Force.ToBool(), Scope, NewContext()));
            }
        }
    }
}
