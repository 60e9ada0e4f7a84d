using System.Diagnostics;
using System.Management.Automation;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Get, "Process", DefaultParameterSetName = "Name")]
[OutputType(typeof(Process))]
public sealed class GetProcessCommand : ProcessCommand
{
    [Parameter(Position = 0, ParameterSetName = "Name", ValueFromPipelineByPropertyName = true)]
    [Alias("ProcessName")]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    private protected override string[] Names => Name;

    protected override void ProcessRecord() => WriteObject(Find(), enumerateCollection: true);
}
