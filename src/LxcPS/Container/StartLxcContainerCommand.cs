using System.Collections;
using System.Management.Automation;
using LxcPS.Engine.LifeCycle;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Starts containers, and returns when their inits run.</summary>
[Cmdlet(VerbsLifecycle.Start, "LxcContainer", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcContainer), ParameterSetName = [NameSet, InputObjectSet])]
[OutputType(typeof(string), typeof(LxcCommandResult))]
public sealed class StartLxcContainerCommand : ContainerActionCmdlet
{
    private CommandOutput? output;

    /// <summary>Joins the terminal to the container's console until it stops. The exit code of init is in $LASTEXITCODE.</summary>
    [Parameter]
    public SwitchParameter Foreground { get; set; }

    /// <summary>
    /// A program that runs instead of the container's init, under a minimal one. The cmdlet emits its output and returns when it has ended;
    /// its exit code is in $LASTEXITCODE.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Command { get; set; }

    /// <summary>Runs the program that the container's configuration names for that (<c>lxc.execute.cmd</c>), as -Command runs one.</summary>
    [Parameter]
    public SwitchParameter Execute { get; set; }

    /// <summary>The arguments of the program.</summary>
    [Parameter(ValueFromRemainingArguments = true)]
    [Alias("Args")]
    [AllowEmptyString]
    [ValidateNotNull]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>Configuration keys for this start alone.</summary>
    [Parameter]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ConfigKeyCompleter))]
    public IDictionary Config { get; set; } = new Hashtable();

    /// <inheritdoc/>
    protected override string ActionName => "Start";

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (Command is null && ArgumentList.Length > 0)
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException($"'{ArgumentList[0]}' is an argument of a program, and -Command names none. Name several containers with commas: -Name web1, web2."),
                "ArgumentListWithoutCommand", ErrorCategory.InvalidArgument, ArgumentList));
        }

        if (Command is not null && Execute)
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException("-Execute runs the program of the configuration, and -Command another: name one of them."),
                "ExecuteWithCommand", ErrorCategory.InvalidArgument, Command));
        }

        if (Command is not null || Execute)
        {
            output = new CommandOutput(this, ThrottleLimit, timeout: null, asByteStream: false, passThru: PassThru, StopToken);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (output is null && !Foreground)
        {
            base.ProcessRecord();
            return;
        }

        foreach (ContainerTarget target in ResolveTargets())
        {
            if (!Ask(target))
            {
                continue;
            }

            if (output is not null)
            {
                Try(target.Name, () => output.Add(CommandRequest.Start(RequestOf(target,
                    Command is null ? ContainerStarter.ExecuteCommandOf(RequestOf(target, [])) : [Command, .. ArgumentList]), target)));
            }
            else
            {
                Try(target.Name, () => SessionState.PSVariable.Set("global:LASTEXITCODE",
                    ContainerStarter.RunForeground(Helper, RequestOf(target, []), WriteWarning)));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        output?.Finish();
        base.EndProcessing();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        output?.Dispose();
        base.Dispose(disposing);
    }

    private protected override void Act(WorkItem item) => Start(item, RequestOf(item.Target, []), StopToken);

    /// <summary>Starts one container in the background.</summary>
    internal static void Start(WorkItem item, MonitorRequest request, CancellationToken stopping)
    {
        int pid = ContainerStarter.Start(Helper, request, item.Warn, stopping);
        item.Say($"started, init is process {pid}");
    }

    private MonitorRequest RequestOf(ContainerTarget target, IReadOnlyList<string> command) => new()
    {
        LxcPath = target.LxcPath,
        Name = target.Name,
        Foreground = Foreground,
        Command = command,
        Settings = [.. ConfigTable.Pairs(Config).Select(pair => $"{pair.Key}={pair.Value}")],
    };
}
