using System.Management.Automation;
using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.Operations;

namespace LxcPS.Commands;

/// <summary>Tells what would keep containers from starting, or what a malicious root inside a running one could reach.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LxcContainer", DefaultParameterSetName = NameSet)]
[OutputType(typeof(StartCheck), typeof(SecurityFinding), typeof(bool))]
public sealed class TestLxcContainerCommand : ContainerCmdlet
{
    private bool allFine = true;
    private bool anyTested;

    /// <summary>What root of a running container could reach, as the kernel shows it.</summary>
    [Parameter]
    public SwitchParameter Security { get; set; }

    /// <summary>Emits one Boolean: whether nothing keeps any of the containers from starting; with -Security whether no finding is high or critical.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        bool found = false;
        foreach (ContainerTarget target in ResolveTargets())
        {
            found = anyTested = true;
            allFine &= Try(target.Name, () => Test(target)) && allFine;
        }

        // A name without a container is an error that was written.
        allFine &= found || (ParameterSetName == NameSet && Array.TrueForAll(Name, WildcardPattern.ContainsWildcardCharacters));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Quiet)
        {
            WriteObject(allFine && anyTested);
        }
    }

    private void Test(ContainerTarget target)
    {
        if (Security)
        {
            foreach (SecurityFinding finding in SecurityCheck.Run(Helper, target.Store, target.Name, StopToken))
            {
                Emit(finding, finding.Severity < SecuritySeverity.High);
            }

            return;
        }

        foreach (StartCheck check in ContainerTester.Check(Helper, target.LxcPath, target.Name, StopToken))
        {
            Emit(check, check.Status != CheckStatus.Failed);
        }
    }

    private void Emit(object item, bool isFine)
    {
        allFine &= isFine;
        if (!Quiet)
        {
            WriteObject(item);
        }
    }
}
