using System.Management.Automation;
using LxcPS.Host;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Get, "PSCallStack")]
[OutputType(typeof(CallStackFrame))]
public sealed class GetPSCallStackCommand : PSCmdlet
{
    protected override void ProcessRecord() =>
        WriteObject(((Debugger)Internals.Get(Internals.Get(this, "Context")!, "Debugger")!).GetCallStack(), enumerateCollection: true);
}
