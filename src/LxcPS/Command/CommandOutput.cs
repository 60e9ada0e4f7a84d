using System.Management.Automation;
using LxcPS.Engine;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>
/// Runs programs for a cmdlet and emits what they write: lines as they come, bytes, or one result each. All on the pipeline's thread.
/// </summary>
internal sealed class CommandOutput : IDisposable
{
    private readonly LxcCmdlet cmdlet;
    private readonly bool asByteStream;
    private readonly bool passThru;
    private readonly CommandSet set;
    private readonly Dictionary<RunningCommand, (LineSplitter Output, LineSplitter Error, List<string> OutputLines, List<string> ErrorLines)> streams = [];
    private int exitCode;

    internal CommandOutput(LxcCmdlet cmdlet, int throttle, TimeSpan? timeout, bool asByteStream, bool passThru, CancellationToken stopping)
    {
        this.cmdlet = cmdlet;
        this.asByteStream = asByteStream;
        this.passThru = passThru;
        set = new CommandSet(LxcCmdlet.Helper, throttle, timeout, stopping) { OnOutput = Take, OnEnd = End, OnWarning = cmdlet.WriteWarning };
    }

    internal void Add(CommandRequest request) => set.Add(request);

    internal void Write(ReadOnlySpan<byte> data) => set.Write(data);

    /// <summary>Emits what has come meanwhile.</summary>
    internal void Poll() => set.Poll();

    /// <summary>Waits for all programs and sets $LASTEXITCODE: that of the last program that failed, or 0.</summary>
    internal void Finish()
    {
        try
        {
            set.Finish();
        }
        catch (LxcException e) when (e.ErrorId == LxcErrorId.Canceled)
        {
            // Ctrl+C: the programs are ended by Dispose.
            throw new PipelineStoppedException();
        }

        cmdlet.SessionState.PSVariable.Set("global:LASTEXITCODE", exitCode);
    }

    /// <inheritdoc/>
    public void Dispose() => set.Dispose();

    private void Take(RunningCommand command, ReadOnlySpan<byte> data, bool isError)
    {
        if (asByteStream && !isError)
        {
            cmdlet.WriteObject(data.ToArray(), enumerateCollection: true);
            return;
        }

        var stream = StreamsOf(command);
        Emit(stream, (isError ? stream.Error : stream.Output).Take(data, last: false), isError);
    }

    private void End(RunningCommand command)
    {
        var stream = StreamsOf(command);
        streams.Remove(command);
        Emit(stream, stream.Output.Take([], last: true), isError: false);
        Emit(stream, stream.Error.Take([], last: true), isError: true);
        bool ran = command.Failure is null;
        if (command.ExitCode is not (null or 0))
        {
            exitCode = command.ExitCode.Value;
        }

        ContainerTarget target = (ContainerTarget)command.Request.Tag!;
        if (passThru)
        {
            cmdlet.WriteObject(new LxcCommandResult(target.Name, target.LxcPath, ran ? command.ExitCode : null,
                [.. stream.OutputLines], [.. stream.ErrorLines], command.Duration));
        }

        if (!ran)
        {
            cmdlet.WriteError(command.Failure!, target.Name);
        }
    }

    private (LineSplitter Output, LineSplitter Error, List<string> OutputLines, List<string> ErrorLines) StreamsOf(RunningCommand command)
    {
        if (!streams.TryGetValue(command, out var stream))
        {
            streams.Add(command, stream = (new LineSplitter(), new LineSplitter(), [], []));
        }

        return stream;
    }

    private void Emit(
        (LineSplitter Output, LineSplitter Error, List<string> OutputLines, List<string> ErrorLines) stream, List<string> lines, bool isError)
    {
        if (passThru)
        {
            (isError ? stream.ErrorLines : stream.OutputLines).AddRange(lines);
            return;
        }

        foreach (string line in lines)
        {
            if (isError)
            {
                WriteErrorLine(line);
            }
            else
            {
                cmdlet.WriteObject(line);
            }
        }
    }

    // As for a native command: its standard error is text in the error stream, which alone must not end a script.
    private void WriteErrorLine(string line)
    {
        if (!cmdlet.MyInvocation.BoundParameters.ContainsKey("ErrorAction")
            && LanguagePrimitives.TryConvertTo(cmdlet.GetVariableValue("ErrorActionPreference"), out ActionPreference preference)
            && preference == ActionPreference.Stop)
        {
            cmdlet.Host.UI.WriteErrorLine(line);
            return;
        }

        cmdlet.WriteError(new ErrorRecord(new RemoteException(line), "NativeCommandError", ErrorCategory.FromStdErr, line));
    }
}
