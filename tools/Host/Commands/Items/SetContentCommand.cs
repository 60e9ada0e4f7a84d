using System.Management.Automation;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Set, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class SetContentCommand : ContentCommand
{
    private protected override bool Truncates => true;
}
