using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using LxcPS.Host.Screen;

namespace LxcPS.Host.Running;

/// <summary>One run of the host: opens the runspace, does what the command line asks, and answers with the exit code.</summary>
internal sealed class Session : IDisposable
{
    private readonly CommandLine _line;
    private readonly LxcHost _host;
    private readonly Runspace _runspace;
    private readonly Executor _executor;
    private readonly Signals _signals;

    public Session(CommandLine line)
    {
        _line = line;
        _host = new LxcHost(line.NonInteractive);
        _runspace = RunspaceFactory.CreateRunspace(_host, SessionSetup.Create());
        _runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        _executor = new Executor(_runspace, _host);
        _host.NestedPrompt = () => new Prompt(_host, _executor.Nested()).Run();
        _signals = new Signals(line.IsPrompt);
    }

    public int Run()
    {
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;
        MissingCommands.Watch(_runspace);
        Profiles.Define(_runspace);
        if (_line.WorkingDirectory is { } folder)
        {
            var command = new Command("Set-Location");
            command.Parameters.Add("LiteralPath", folder);
            _executor.Run(command);
        }

        if (!_line.NoProfile)
        {
            Profiles.Run(_executor);
        }

        RunInitial();
        if (_line.IsPrompt && !_host.IsExiting)
        {
            RunPrompt();
        }

        return _signals.ExitCode ?? _host.ExitCode ?? (_executor.LastSucceeded() ? ExitCode.Success : ExitCode.Failure);
    }

    public void Dispose()
    {
        _signals.Dispose();
        _runspace.Dispose();
    }

    private void RunInitial()
    {
        if (_line.File is not null)
        {
            RunFile(_line.File);
        }
        else if (!string.IsNullOrEmpty(_line.Command))
        {
            var command = new Command(_line.Command, isScript: true, useLocalScope: false);
            _line.Arguments.ForEach(command.Parameters.Add);
            var finished = _executor.Run(command, InputFor(Parser.ParseInput(_line.Command, out _, out _)), asTyped: true);
            if (!finished && !_line.IsPrompt && !_host.IsExiting)
            {
                _host.SetShouldExit(ExitCode.Failure);
            }
        }
        else if (_line.ReadCommandsFromInput)
        {
            new InputLoop(_host, _executor).Run();
        }
    }

    private void RunFile(string path)
    {
        // A file of any other name is a script too, as a #! line makes it.
        var command = path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase)
            ? new Command(path, isScript: false, useLocalScope: false)
            : new Command(File.ReadAllText(path), isScript: true, useLocalScope: false);
        _line.Arguments.ForEach(command.Parameters.Add);
        if (!_line.IsPrompt)
        {
            // So that a script's `exit 3` ends the host and not just the script.
            Internals.Set(Internals.Get(_runspace, "ExecutionContext")!, "ScriptCommandProcessorShouldRethrowExit", true);
        }

        var finished = _executor.Run(command, InputFor(Parser.ParseFile(path, out _, out _)));
        if (!finished && !_line.IsPrompt && !_host.IsExiting)
        {
            _host.SetShouldExit(ExitCode.Failure);
        }
    }

    private void RunPrompt()
    {
        if (Console.IsInputRedirected)
        {
            new InputLoop(_host, _executor).Run();
            return;
        }

        if (!_line.NoLogo && _line.Command is null && _line.File is null)
        {
            _host.UI.WriteLine($"LxcPS host on the engine of PowerShell {Program.EngineVersion}");
        }

        new Prompt(_host, _executor).Run();
    }

    // Who does not name $input leaves standard input to the commands that the script starts.
    private static TextReader? InputFor(Ast script) =>
        Console.IsInputRedirected
        && script.Find(part =>
            part is VariableExpressionAst { VariablePath.UserPath: var name } && name.Equals("input", StringComparison.OrdinalIgnoreCase),
            searchNestedScriptBlocks: true) is not null
            ? Console.In
            : null;
}
