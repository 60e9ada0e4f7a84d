using System.Collections;
using System.Management.Automation;
using System.Text;
using LxcPS.Engine.Attach;
using LxcPS.Engine.Operations;
using LxcPS.Engine.Store;

namespace LxcPS.Commands;

/// <summary>Runs a program in running containers, under all of their confinement.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "LxcCommand")]
[OutputType(typeof(string), typeof(byte), typeof(LxcCommandResult))]
public sealed class InvokeLxcCommandCommand : LxcCmdlet
{
    private CommandOutput? output;
    private bool started;
    private bool namedTargets;

    /// <summary>
    /// The names of the containers; wildcards are allowed. Left out when containers come from the pipeline: the first word is then the
    /// program.
    /// </summary>
    [Parameter(Position = 0)]
    [Alias("ContainerName")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    public string[]? Name { get; set; }

    /// <summary>The program: a path in the container, or a name that is looked up in PATH there.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Command { get; set; }

    /// <summary>The arguments of the program. Quote those that begin with a dash: '-l'.</summary>
    [Parameter(Position = 2, ValueFromRemainingArguments = true)]
    [Alias("Args")]
    [AllowEmptyString]
    [ValidateNotNull]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>Containers to run the program in; anything else is the program's standard input, a line each.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    /// <summary>The user inside the container, by name or number; root without it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? User { get; set; }

    /// <summary>The group inside the container, by name or number; the user's without it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Group { get; set; }

    /// <summary>The working directory inside the container; / without it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WorkingDirectory { get; set; }

    /// <summary>Variables to set in the program's environment.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary Environment { get; set; } = new Hashtable();

    /// <summary>Leaves the variables of this session behind.</summary>
    [Parameter]
    public SwitchParameter ClearEnvironment { get; set; }

    /// <summary>How long the program may run, as TimeSpan or in seconds; then it is ended and an error written.</summary>
    [Parameter]
    [Timeout]
    public TimeSpan? Timeout { get; set; }

    /// <summary>In how many containers it runs at one time.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>Emits bytes rather than lines.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Emits one result a container, with exit code, output, error and duration, rather than lines.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        output = new CommandOutput(this, ThrottleLimit, Timeout, AsByteStream, PassThru, StopToken);
        if (Name is not null && !MyInvocation.ExpectingInput)
        {
            StartNamed();
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!MyInvocation.ExpectingInput && InputObject is null)
        {
            return;
        }

        if (TargetOf(InputObject) is { } target)
        {
            StartPiped(target);
        }
        else
        {
            StartNamed();
            WriteInput(InputObject);
        }

        output!.Poll();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!started && Name is not null)
        {
            // The pipeline brought nothing: the program's input is empty.
            StartNamed();
        }

        output!.Finish();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        output?.Dispose();
        base.Dispose(disposing);
    }

    private ContainerTarget? TargetOf(PSObject? input)
    {
        if (namedTargets || input is null)
        {
            return null;
        }

        if (input.BaseObject is LxcContainer container)
        {
            return new ContainerTarget(StoreAt(container.LxcPath), container.Name);
        }

        // A container that has crossed a process boundary is known by its type's name.
        return input.TypeNames.Contains("Deserialized.LxcPS.LxcContainer") && input.Properties["Name"]?.Value is string name
            && input.Properties["LxcPath"]?.Value is string path ? new ContainerTarget(StoreAt(path), name) : null;
    }

    private void StartPiped(ContainerTarget target)
    {
        if (!started)
        {
            ShiftWords();
            started = true;
        }

        Start(target);
    }

    /// <summary>With containers from the pipeline the words of the command line are program and arguments; they were bound one place too early.</summary>
    private void ShiftWords()
    {
        if (Name is null)
        {
            return;
        }

        // The order of binding tells a -Command given by name, which comes first, from one that was bound by its place after the name.
        List<string> bound = [.. MyInvocation.BoundParameters.Keys];
        bool commandByName = Command is not null && bound.IndexOf(nameof(Command)) < bound.IndexOf(nameof(Name));
        if (commandByName)
        {
            ArgumentList = [.. Name, .. ArgumentList];
        }
        else
        {
            ArgumentList = [.. Name.Skip(1), .. Command is null ? Array.Empty<string>() : [Command], .. ArgumentList];
            Command = Name[0];
        }

        Name = null;
    }

    private void StartNamed()
    {
        if (started)
        {
            return;
        }

        started = true;
        namedTargets = true;
        if (Name is null)
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException("No container is given: name one with -Name, or pipe containers from Get-LxcContainer."),
                "NoContainer", ErrorCategory.InvalidArgument, InputObject));
        }

        if (FindStore() is not { } store)
        {
            return;
        }

        foreach (string pattern in Name!)
        {
            foreach (string name in ContainerNames.Matching(store, pattern, this))
            {
                Start(new ContainerTarget(store, name));
            }
        }
    }

    private void Start(ContainerTarget target)
    {
        if (Command is null)
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException("No program is given: name one with -Command. For a shell, use Enter-LxcContainer."),
                "NoCommand", ErrorCategory.InvalidArgument, target.Name));
        }

        Try(target.Name, () => output!.Add(CommandRequest.Attach(RequestOf(target), target)));
    }

    private AttachRequest RequestOf(ContainerTarget target) => new()
    {
        LxcPath = target.LxcPath,
        Name = target.Name,
        Command = [Command!, .. ArgumentList],
        User = User,
        Group = Group,
        WorkingDirectory = WorkingDirectory,
        Environment = [.. ConfigTable.Pairs(Environment).Select(pair => $"{pair.Key}={pair.Value}")],
        ClearEnvironment = ClearEnvironment,
    };

    private void WriteInput(PSObject? input)
    {
        switch (input?.BaseObject)
        {
            case byte one:
                output!.Write([one]);
                break;
            case byte[] many:
                output!.Write(many);
                break;
            default:
                output!.Write(Encoding.UTF8.GetBytes((input is null ? string.Empty : LanguagePrimitives.ConvertTo<string>(input)) + "\n"));
                break;
        }
    }
}
