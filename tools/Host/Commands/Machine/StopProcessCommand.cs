using System.Diagnostics;
using System.Management.Automation;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsLifecycle.Stop, "Process", DefaultParameterSetName = "Id", SupportsShouldProcess = true)]
[OutputType(typeof(Process))]
public sealed class StopProcessCommand : ProcessCommand
{
    [Parameter(Mandatory = true, ParameterSetName = "Name", ValueFromPipelineByPropertyName = true)]
    [Alias("ProcessName")]
    public string[] Name { get; set; } = [];

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "InputObject", ValueFromPipeline = true)]
    public override Process[] InputObject { get; set; } = [];

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override string[] Names => Name;

    protected override void ProcessRecord()
    {
        foreach (var process in Find())
        {
            TryProcess(process, "CouldNotStopProcess", () =>
            {
                if (!ShouldProcess($"{process.ProcessName} ({process.Id})"))
                {
                    return;
                }

                process.Kill();
                if (PassThru)
                {
                    WriteObject(process);
                }
            });
        }
    }
}
