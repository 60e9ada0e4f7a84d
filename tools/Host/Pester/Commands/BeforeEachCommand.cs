using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>BeforeEach.</summary>
[Cmdlet(VerbsCommon.Add, "PesterBeforeEach")]
public sealed class BeforeEachCommand : SetupCommand
{
    private protected override void Add(PesterBlock block) => block.BeforeEach = Script;
}
