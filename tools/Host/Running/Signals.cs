using System.Runtime.InteropServices;
using LxcPS.Host.Screen;

namespace LxcPS.Host.Running;

/// <summary>
/// Ctrl+C stops the pipeline: at a prompt that is all, otherwise the host ends with 130 once the finally blocks have run.
/// SIGTERM and SIGHUP end it everywhere.
/// </summary>
internal sealed class Signals : IDisposable
{
    // A script that will not stop must not keep the host from ending.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly PosixSignalRegistration[] _registrations;
    private readonly bool _isPrompt;

    public Signals(bool isPrompt)
    {
        _isPrompt = isPrompt;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, Host.ExitCode.Terminated)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => End(context, Host.ExitCode.HungUp)),
        ];
    }

    /// <summary>The exit code of the signal that ends the host, if one does.</summary>
    public int? ExitCode { get; private set; }

    public void Dispose() => Array.ForEach(_registrations, one => one.Dispose());

    private void Interrupt(PosixSignalContext context)
    {
        if (!_isPrompt)
        {
            End(context, Host.ExitCode.Interrupted);
            return;
        }

        context.Cancel = true;
        Executor.StopCurrent();
    }

    private void End(PosixSignalContext context, int code)
    {
        context.Cancel = true;
        ExitCode = code;
        var stopping = Executor.StopCurrent() && !_isPrompt;
        // The handler must return for the main thread to go on; this sees to a main thread that does not, or that waits for keys.
        new Thread(() =>
        {
            Thread.Sleep(stopping ? Patience : TimeSpan.FromMilliseconds(500));
            TerminalMode.Restore();
            Environment.Exit(code);
        }) { IsBackground = true }.Start();
    }
}
