using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.New, "PSDrive", SupportsShouldProcess = true)]
[OutputType(typeof(PSDriveInfo))]
public sealed class NewPSDriveCommand : ProviderCommand
{
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = "";

    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string PSProvider { get; set; } = "";

    [Parameter(Position = 2, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Root { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string Description { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string Scope { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Credential]
    public PSCredential Credential { get; set; } = PSCredential.Empty;

    protected override void ProcessRecord() => Try(() =>
    {
        var provider = SessionState.Provider.GetOne(PSProvider);
        if (ShouldProcess($"Name: {Name} Provider: {provider} Root: {Root}", "New drive"))
        {
            Internals.Call(SessionState.Drive, "New", new PSDriveInfo(Name, provider, Root, Description, Credential), Scope, NewContext());
        }
    });
}
