using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>AfterAll.</summary>
[Cmdlet(VerbsCommon.Add, "PesterAfterAll")]
[Alias("AfterAll")]
public sealed class AfterAllCommand : SetupCommand
{
    private protected override void Add(PesterBlock block) => block.AfterAll = Script;
}
