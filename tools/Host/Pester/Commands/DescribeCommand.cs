using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>Describe.</summary>
[Cmdlet(VerbsCommon.Add, "PesterDescribe")]
[Alias("Describe")]
public sealed class DescribeCommand : BlockCommand
{
    private protected override string Command => "Describe";
}
