using System.Diagnostics;
using System.Management.Automation;
using LxcPS.Host.Running;

namespace Microsoft.PowerShell.Commands;

[Source(SourceAttribute.Management)]
[Cmdlet(VerbsLifecycle.Start, "Process", DefaultParameterSetName = "Default", SupportsShouldProcess = true)]
[OutputType(typeof(Process))]
public sealed class StartProcessCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    [Parameter(Position = 0, Mandatory = true)]
    [Alias("PSPath", "Path")]
    public string FilePath { get; set; } = "";

    [Parameter(Position = 1)]
    [Alias("Args")]
    public string[] ArgumentList { get; set; } = [];

    [Parameter]
    public string? WorkingDirectory { get; set; }

    [Parameter]
    [Alias("nnw")]
    public SwitchParameter NoNewWindow { get; set; }

    [Parameter]
    public SwitchParameter PassThru { get; set; }

    [Parameter]
    [Alias("RSE")]
    public string? RedirectStandardError { get; set; }

    [Parameter]
    [Alias("RSI")]
    public string? RedirectStandardInput { get; set; }

    [Parameter]
    [Alias("RSO")]
    public string? RedirectStandardOutput { get; set; }

    [Parameter]
    public SwitchParameter Wait { get; set; }

    [Parameter]
    public System.Collections.IDictionary? Environment { get; set; }

    protected override void BeginProcessing()
    {
        var info = new ProcessStartInfo(Resolve(), string.Join(' ', ArgumentList))
        {
            WorkingDirectory = WorkingDirectory is null ? SessionState.Path.CurrentFileSystemLocation.ProviderPath
                : GetUnresolvedProviderPathFromPSPath(WorkingDirectory),
            RedirectStandardInput = RedirectStandardInput is not null,
            RedirectStandardOutput = RedirectStandardOutput is not null,
            RedirectStandardError = RedirectStandardError is not null,
        };
        foreach (System.Collections.DictionaryEntry entry in Environment ?? new System.Collections.Hashtable())
        {
            info.Environment[entry.Key.ToString()!] = entry.Value?.ToString();
        }

        if (!ShouldProcess(info.FileName))
        {
            return;
        }

        Process process;
        try
        {
            process = Process.Start(info)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            ThrowTerminatingError(new ErrorRecord(
                new InvalidOperationException($"This command cannot be run due to the error: {exception.Message}", exception),
                "InvalidOperationException", ErrorCategory.InvalidOperation, null));
            return;
        }

        var copies = Redirect(process);
        // Read once, the handle keeps the exit code for later.
        _ = process.Handle;
        if (Wait)
        {
            try
            {
                process.WaitForExitAsync(_stop.Token).GetAwaiter().GetResult();
                Task.WaitAll(copies, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                // Stopped: the process goes on, as it would without -Wait.
            }
        }

        if (PassThru)
        {
            WriteObject(process);
        }
    }

    protected override void StopProcessing() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();

    // A command's name, or a path from here.
    private string Resolve() =>
        InvokeCommand.GetCommand(FilePath, CommandTypes.Application) is ApplicationInfo found ? found.Path
        : File.Exists(GetUnresolvedProviderPathFromPSPath(FilePath)) ? GetUnresolvedProviderPathFromPSPath(FilePath)
        : FilePath;

    private Task[] Redirect(Process process)
    {
        var copies = new List<Task>();
        if (RedirectStandardInput is not null)
        {
            using var source = File.OpenRead(GetUnresolvedProviderPathFromPSPath(RedirectStandardInput));
            source.CopyTo(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }

        foreach (var (path, from) in new[] { (RedirectStandardOutput, 1), (RedirectStandardError, 2) })
        {
            if (path is not null)
            {
                copies.Add(Copy((from == 1 ? process.StandardOutput : process.StandardError).BaseStream,
                    GetUnresolvedProviderPathFromPSPath(path)));
            }
        }

        return [.. copies];
    }

    private static async Task Copy(Stream from, string path)
    {
        // Unbuffered: whoever looks into the file meanwhile sees what was written.
        var to = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await using (to.ConfigureAwait(false))
        {
            await from.CopyToAsync(to).ConfigureAwait(false);
        }
    }
}
