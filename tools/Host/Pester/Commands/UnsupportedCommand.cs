using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>What only the real Pester has; saying so beats 'the term Mock is not recognized'.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PesterUnsupported")]
[Alias("Mock", "Add-ShouldOperator", "New-MockObject")]
public sealed class UnsupportedCommand : PSCmdlet
{
    [Parameter(ValueFromRemainingArguments = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? Arguments { get; set; }

    protected override void BeginProcessing() => throw new NotSupportedException(
        $"{MyInvocation.InvocationName} is not supported by this runner; run the tests with the Pester 5 module");
}
