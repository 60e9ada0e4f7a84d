using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>Context.</summary>
[Cmdlet(VerbsCommon.Add, "PesterContext")]
[Alias("Context")]
public sealed class ContextCommand : BlockCommand
{
    private protected override string Command => "Context";
}
