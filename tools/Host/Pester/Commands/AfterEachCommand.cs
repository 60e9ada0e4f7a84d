using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>AfterEach.</summary>
[Cmdlet(VerbsCommon.Add, "PesterAfterEach")]
[Alias("AfterEach")]
public sealed class AfterEachCommand : SetupCommand
{
    private protected override void Add(PesterBlock block) => block.AfterEach = Script;
}
