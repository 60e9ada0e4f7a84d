using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

[Cmdlet(VerbsCommon.Get, "Uptime", DefaultParameterSetName = "Timespan")]
[OutputType(typeof(TimeSpan), typeof(DateTime))]
public sealed class GetUptimeCommand : PSCmdlet
{
    [Parameter(ParameterSetName = "Since")]
    public SwitchParameter Since { get; set; }

    protected override void ProcessRecord()
    {
        var uptime = TimeSpan.FromSeconds(Environment.TickCount64 / 1000);
        WriteObject(Since ? DateTime.Now - uptime : uptime);
    }
}
