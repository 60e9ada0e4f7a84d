using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>Describe; cmdlets need a verb, so the test files reach it by alias.</summary>
[Cmdlet(VerbsCommon.Add, "PesterDescribe")]
public sealed class DescribeCommand : BlockCommand
{
    private protected override string Command => "Describe";
}
