using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using LxcPS.Host.Screen;

namespace LxcPS.Host.Running;

/// <summary>Runs commands with their output to the screen, reports what ends them, and stops the one that runs.</summary>
internal sealed class Executor(Runspace runspace, LxcHost host, bool nested = false)
{
    private static readonly Lock Gate = new();
    private static readonly Stack<Pipeline> Running = new();

    public Runspace Runspace => runspace;

    public Executor Nested() => new(runspace, host, nested: true);

    /// <summary>
    /// False if the command was ended by an error, which has then been reported. Only a command that runs as typed goes into the
    /// history and leaves its $?.
    /// </summary>
    public bool Run(Command command, TextReader? input = null, bool asTyped = false)
    {
        using var pipeline = Create(asTyped ? command.CommandText : null);
        pipeline.Commands.Clear();
        pipeline.Commands.Add(command);
        pipeline.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(OutDefault());
        try
        {
            Track(pipeline, () => Invoke(pipeline, input));
            return true;
        }
        catch (PipelineStoppedException)
        {
            return false;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            Report(exception);
            return false;
        }
        finally
        {
            host.Progress.Clear();
        }
    }

    public bool Run(string script, bool asTyped = false) => Run(new Command(script, isScript: true, useLocalScope: false), null, asTyped);

    /// <summary>What a script answers, without a word on the screen; null if it fails.</summary>
    public Collection<PSObject>? Ask(string script)
    {
        try
        {
            using var pipeline = Create();
            pipeline.Commands.AddScript(script, useLocalScope: false);
            return Track(pipeline, pipeline.Invoke);
        }
        catch (RuntimeException)
        {
            return null;
        }
    }

    public bool LastSucceeded() => Ask("$global:?") is [{ BaseObject: true }];

    /// <summary>Stops what runs now; its finally blocks still run. False if nothing does.</summary>
    public static bool StopCurrent()
    {
        lock (Gate)
        {
            if (!Running.TryPeek(out var pipeline))
            {
                return false;
            }

            pipeline.StopAsync();
            return true;
        }
    }

    private static object? Invoke(Pipeline pipeline, TextReader? input)
    {
        if (input is null)
        {
            return pipeline.Invoke();
        }

        using var done = new ManualResetEventSlim();
        pipeline.StateChanged += (_, change) =>
        {
            if (change.PipelineStateInfo.State is PipelineState.Completed or PipelineState.Failed or PipelineState.Stopped)
            {
                done.Set();
            }
        };
        pipeline.InvokeAsync();
        Feed(pipeline, input);
        done.Wait();
        return pipeline.PipelineStateInfo is { State: not PipelineState.Completed, Reason: { } reason } ? throw reason : null;
    }

    private static void Feed(Pipeline pipeline, TextReader input)
    {
        try
        {
            while (pipeline.PipelineStateInfo.State == PipelineState.Running && input.ReadLine() is { } line)
            {
                pipeline.Input.Write(line);
            }
        }
        catch (PipelineClosedException)
        {
            // The script wants no more.
        }

        pipeline.Input.Close();
    }

    private void Report(Exception exception)
    {
        var record = exception is IContainsErrorRecord { ErrorRecord: { } own }
            ? own
            : new ErrorRecord(exception, "HostFailure", ErrorCategory.NotSpecified, null);
        var error = new PSObject(record);
        // Marked as of the error stream, else Out-Default would show it as output.
        Internals.Set(error, "WriteStream", Enum.Parse(Internals.Type("System.Management.Automation.WriteStreamType"), "Error"));
        try
        {
            using var pipeline = Create();
            pipeline.Commands.Add(OutDefault());
            pipeline.Input.Write(error);
            pipeline.Input.Close();
            Track(pipeline, pipeline.Invoke);
        }
        catch (RuntimeException)
        {
            host.UI.WriteErrorLine(exception.Message);
        }
    }

    private Pipeline Create(string? history = null) => (nested, history) switch
    {
        (false, null) => runspace.CreatePipeline(),
        (false, _) => runspace.CreatePipeline(history, addToHistory: true),
        (true, null) => runspace.CreateNestedPipeline(),
        (true, _) => runspace.CreateNestedPipeline(history, addToHistory: true),
    };

    private static Command OutDefault() => new("Out-Default", isScript: false, useLocalScope: true);

    private static T Track<T>(Pipeline pipeline, Func<T> run)
    {
        lock (Gate)
        {
            Running.Push(pipeline);
        }

        try
        {
            return run();
        }
        finally
        {
            lock (Gate)
            {
                Running.Pop();
            }
        }
    }
}
