using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>BeforeEach.</summary>
[Cmdlet(VerbsCommon.Add, "PesterBeforeEach")]
[Alias("BeforeEach")]
public sealed class BeforeEachCommand : SetupCommand
{
    private protected override void Add(PesterBlock block) => block.BeforeEach = Script;
}
