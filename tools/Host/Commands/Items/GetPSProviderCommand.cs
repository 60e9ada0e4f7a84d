using System.Management.Automation;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Get, "PSProvider")]
[OutputType(typeof(ProviderInfo))]
public sealed class GetPSProviderCommand : ProviderCommand
{
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    public string[] PSProvider { get; set; } = ["*"];

    protected override void ProcessRecord()
    {
        foreach (var name in PSProvider)
        {
            Try(() => WriteObject(WildcardPattern.ContainsWildcardCharacters(name)
                ? SessionState.Provider.GetAll().Where(provider => provider.Matches(name))
                : SessionState.Provider.Get(name), enumerateCollection: true));
        }
    }
}
