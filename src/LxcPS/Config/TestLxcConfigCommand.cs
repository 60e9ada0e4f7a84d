using System.Management.Automation;
using LxcPS.Engine.Configuration;

namespace LxcPS.Commands;

/// <summary>Tells what is wrong with configurations: all of it at once.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LxcConfig", DefaultParameterSetName = NameSet)]
[OutputType(typeof(LxcConfigProblem), typeof(bool))]
public sealed class TestLxcConfigCommand : ConfigCmdlet
{
    private bool isValid = true;

    /// <summary>Whether there is one answer for all: $true where there is no error.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        int found = 0;
        foreach (ConfigTarget target in ResolveConfigs())
        {
            found++;
            isValid &= Try(target.Display, () =>
            {
                foreach (ConfigProblem problem in target.File.Load().FindProblems())
                {
                    isValid &= problem.Severity != ConfigSeverity.Error;
                    if (!Quiet)
                    {
                        WriteObject(new LxcConfigProblem(problem, target.Container?.Name, target.Container?.LxcPath));
                    }
                }
            }) && isValid;
        }

        isValid &= found > 0;
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Quiet)
        {
            WriteObject(isValid);
        }
    }
}
