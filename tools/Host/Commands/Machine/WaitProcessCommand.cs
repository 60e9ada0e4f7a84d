using System.Diagnostics;
using System.Management.Automation;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsLifecycle.Wait, "Process", DefaultParameterSetName = "Name")]
public sealed class WaitProcessCommand : ProcessCommand, IDisposable
{
    private readonly List<Process> _processes = [];
    private readonly CancellationTokenSource _stop = new();

    [Parameter(Position = 0, Mandatory = true, ParameterSetName = "Name", ValueFromPipelineByPropertyName = true)]
    [Alias("ProcessName")]
    public string[] Name { get; set; } = [];

    [Parameter(Position = 1)]
    [Alias("TimeoutSec")]
    [ValidateRange(0, 32767)]
    public int? Timeout { get; set; }

    [Parameter]
    public SwitchParameter Any { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override string[] Names => Name;

    protected override void ProcessRecord() => _processes.AddRange(Find());

    protected override void EndProcessing()
    {
        var waits = _processes.ConvertAll(process => process.WaitForExitAsync(_stop.Token));
        var all = Any ? Task.WhenAny(waits) : Task.WhenAll(waits);
        try
        {
            if (waits.Count > 0 && !all.Wait(Timeout is { } seconds ? seconds * 1000 : -1, _stop.Token))
            {
                foreach (var process in _processes.Where(process => !process.HasExited))
                {
                    WriteError(new ErrorRecord(
                        new TimeoutException($"This command stopped operation because process \"{process.ProcessName} "
                            + $"({process.Id})\" is not stopped "
                            + "in the specified time-out."), "ProcessNotTerminated", ErrorCategory.CloseError, process));
                }
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (PassThru)
        {
            WriteObject(_processes, enumerateCollection: true);
        }
    }

    protected override void StopProcessing() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();
}
