using System.Management.Automation;

namespace LxcPS.Host.Running;

/// <summary>Stands where PowerShell has a command and this host has none, and fails as an unknown command does, with a hint.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "MissingCommand")]
public sealed class MissingCommand : PSCmdlet
{
    [Parameter(ValueFromRemainingArguments = true)]
    public object[]? Rest { get; set; }

    [Parameter(ValueFromPipeline = true)]
    public object? InputObject { get; set; }

    protected override void BeginProcessing()
    {
        var name = MyInvocation.MyCommand.Name;
        var exception = new CommandNotFoundException(
            $"The term '{name}' is not recognized as a name of a cmdlet, function, script file, or executable program.\n"
            + $"PowerShell has it, this small host does not: install PowerShell 7.6 or later (pwsh) to use {name}.")
        {
            CommandName = name,
        };
        ThrowTerminatingError(new ErrorRecord(exception, "CommandNotFoundException", ErrorCategory.ObjectNotFound, name));
    }
}
