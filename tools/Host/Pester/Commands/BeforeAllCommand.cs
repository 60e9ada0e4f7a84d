using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>BeforeAll.</summary>
[Cmdlet(VerbsCommon.Add, "PesterBeforeAll")]
[Alias("BeforeAll")]
public sealed class BeforeAllCommand : SetupCommand
{
    private protected override void Add(PesterBlock block) => block.BeforeAll = Script;
}
