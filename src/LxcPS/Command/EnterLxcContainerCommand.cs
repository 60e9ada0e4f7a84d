using System.Collections;
using System.Management.Automation;
using LxcPS.Engine.Attach;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Opens an interactive shell in a running container.</summary>
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
            Try(target.Name, () => SessionState.PSVariable.Set("global:LASTEXITCODE", TerminalSession.Run(Helper, new AttachRequest
            {
                LxcPath = target.LxcPath,
                Name = target.Name,
                Command = Command is null ? [] : [Command, .. ArgumentList],
                User = User,
                WorkingDirectory = WorkingDirectory,
                Environment = [.. ConfigTable.Pairs(Environment).Select(pair => $"{pair.Key}={pair.Value}")],
                Terminal = true,
                ClearEnvironment = true,
            })));
        }
    }
}
