using System.Management.Automation;
using LxcPS.Host;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsCommon.Clear, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class ClearContentCommand : PathCommand
{
    private protected override object? GetDynamicParameters(object context) =>
        Internals.Call(InvokeProvider.Content, "ClearContentDynamicParameters", FirstPath, context);

    private protected override void Process(string path) =>
        Internals.Call(InvokeProvider.Content, "Clear", path, NewContext(passThru: false));
}
