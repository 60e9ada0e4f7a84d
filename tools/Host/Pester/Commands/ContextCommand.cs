using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>Context; cmdlets need a verb, so the test files reach it by alias.</summary>
[Cmdlet(VerbsCommon.Add, "PesterContext")]
public sealed class ContextCommand : BlockCommand
{
    private protected override string Command => "Context";
}
