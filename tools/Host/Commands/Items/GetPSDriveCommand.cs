using System.Management.Automation;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Get, "PSDrive", DefaultParameterSetName = "Name")]
[OutputType(typeof(PSDriveInfo))]
public sealed class GetPSDriveCommand : ProviderCommand
{
    [Parameter(Position = 0, ParameterSetName = "Name", ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = ["*"];

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Scope { get; set; }

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string[]? PSProvider { get; set; }

    protected override void ProcessRecord()
    {
        var drives = Scope is null ? SessionState.Drive.GetAll() : SessionState.Drive.GetAllAtScope(Scope);
        foreach (var name in Name)
        {
            var found = drives.Named(name).Where(drive => PSProvider is null || Array.Exists(PSProvider, drive.Provider.Matches)).ToArray();
            if (found.Length == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(new ErrorRecord(new DriveNotFoundException($"Cannot find drive. A drive with the name '{name}' does not exist."),
                    "GetLocationNoMatchingDrive", ErrorCategory.ObjectNotFound, name));
            }

            WriteObject(found.OrderBy(drive => drive.Name, StringComparer.CurrentCultureIgnoreCase), enumerateCollection: true);
        }
    }
}
