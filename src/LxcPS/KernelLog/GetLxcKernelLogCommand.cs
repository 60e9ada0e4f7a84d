using System.Management.Automation;
using LxcPS.Engine.KernelLog;

namespace LxcPS.Commands;

/// <summary>Gets the messages of the kernel logs of containers that have one of their own.</summary>
[Cmdlet(VerbsCommon.Get, "LxcKernelLog", DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcKernelLogEntry))]
public sealed class GetLxcKernelLogCommand : ContainerCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ContainerTarget target in ResolveTargets())
        {
            Try(target.Name, () =>
            {
                foreach (KernelLogMessage message in KernelLogReader.Read(target.LxcPath, target.Name))
                {
                    WriteObject(new LxcKernelLogEntry(target.Name, target.LxcPath, message));
                }
            });
        }
    }
}
