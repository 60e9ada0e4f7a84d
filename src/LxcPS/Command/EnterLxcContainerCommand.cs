using System.Collections;
using System.Management.Automation;
using LxcPS.Engine.Attach;
using LxcPS.Engine.Console;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Opens an interactive shell in a running container, or connects to its console or one of its ttys.</summary>
[Cmdlet(VerbsCommon.Enter, "LxcContainer", DefaultParameterSetName = NameSet)]
[OutputType(typeof(void))]
public sealed class EnterLxcContainerCommand : ContainerCmdlet
{
    private bool entered;

    /// <summary>The program to run instead of the user's shell.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Command { get; set; }

    /// <summary>The arguments of the program.</summary>
    [Parameter(Position = 2, ValueFromRemainingArguments = true)]
    [Alias("Args")]
    [AllowEmptyString]
    [ValidateNotNull]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>The user inside the container, by name or number; root without it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? User { get; set; }

    /// <summary>The working directory inside the container; the user's home without it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WorkingDirectory { get; set; }

    /// <summary>Variables to set in the shell's environment.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary Environment { get; set; } = new Hashtable();

    /// <summary>Connects to one of the container's ttys, where a login waits, instead of running a shell.</summary>
    [Parameter]
    public SwitchParameter Console { get; set; }

    /// <summary>The tty, counted from 1, or 0 for the container's console; the first that is free without it.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [ArgumentCompleter(typeof(TtyNumberCompleter))]
    public int TtyNumber { get; set; } = ConsoleRequest.AnyTty;

    /// <summary>The letter that, with Ctrl and before q, leaves the console: b or ^b for Ctrl+b q.</summary>
    [Parameter]
    [ValidatePattern(@"\A\^?[A-Za-z]\z")]
    public string EscapeCharacter { get; set; } = "a";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        string[] other = Console
            ? [nameof(Command), nameof(ArgumentList), nameof(User), nameof(WorkingDirectory), nameof(Environment)]
            : [nameof(TtyNumber), nameof(EscapeCharacter)];
        foreach (string parameter in other)
        {
            if (MyInvocation.BoundParameters.ContainsKey(parameter))
            {
                ThrowTerminatingError(new ErrorRecord(
                    new PSArgumentException(Console
                        ? $"-{parameter} is of a program that runs in the container, and -Console runs none: what has the tty open is there already."
                        : $"-{parameter} is of a connection to the container's console or a tty: add -Console."),
                    Console ? "ConsoleAndCommand" : "TtyWithoutConsole", ErrorCategory.InvalidArgument, parameter));
            }
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (ContainerTarget target in ResolveTargets())
        {
            if (entered)
            {
                ThrowTerminatingError(new ErrorRecord(
                    new PSArgumentException("A terminal can enter one container at a time. Use Invoke-LxcCommand for several."),
                    "SeveralContainers", ErrorCategory.InvalidArgument, target.Name));
            }

            entered = true;
            Try(target.Name, () => SessionState.PSVariable.Set("global:LASTEXITCODE",
                Console ? TerminalSession.Run(Helper, ConsoleOf(target)) : TerminalSession.Run(Helper, ProgramOf(target))));
        }
    }

    private ConsoleRequest ConsoleOf(ContainerTarget target) => new()
    {
        LxcPath = target.LxcPath,
        Name = target.Name,
        Number = TtyNumber,
        Escape = char.ToLowerInvariant(EscapeCharacter[^1]),
    };

    private AttachRequest ProgramOf(ContainerTarget target) => new()
    {
        LxcPath = target.LxcPath,
        Name = target.Name,
        Command = Command is null ? [] : [Command, .. ArgumentList],
        User = User,
        WorkingDirectory = WorkingDirectory,
        Environment = [.. ConfigTable.Pairs(Environment).Select(pair => $"{pair.Key}={pair.Value}")],
        Terminal = true,
        ClearEnvironment = true,
    };
}
