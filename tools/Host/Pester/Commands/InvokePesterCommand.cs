using System.Management.Automation;

namespace LxcPS.Host.Pester.Commands;

/// <summary>Invoke-Pester.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Pester", DefaultParameterSetName = "Simple")]
[OutputType(typeof(PesterRun))]
public sealed class InvokePesterCommand : PSCmdlet
{
    [Parameter(Position = 0, ParameterSetName = "Simple")]
    [Alias("Script")]
    public string[] Path { get; set; } = [];

    [Parameter(ParameterSetName = "Simple")]
    public string[] ExcludePath { get; set; } = [];

    [Parameter(ParameterSetName = "Simple")]
    [Alias("Tag", "Tags")]
    public string[] TagFilter { get; set; } = [];

    [Parameter(ParameterSetName = "Simple")]
    [Alias("ExcludeTag")]
    public string[] ExcludeTagFilter { get; set; } = [];

    [Parameter(ParameterSetName = "Simple")]
    [Alias("Name")]
    public string[] FullNameFilter { get; set; } = [];

    [Parameter(ParameterSetName = "Simple")]
    public SwitchParameter CI { get; set; }

    [Parameter(ParameterSetName = "Simple")]
    [ValidateSet("None", "Normal", "Detailed", "Diagnostic")]
    public string Output { get; set; } = "Normal";

    [Parameter(ParameterSetName = "Simple")]
    public SwitchParameter PassThru { get; set; }

    [Parameter(ParameterSetName = "Simple")]
    public PesterContainer[] Container { get; set; } = [];

    [Parameter(ParameterSetName = "Advanced")]
    public PesterConfiguration? Configuration { get; set; }

    protected override void EndProcessing()
    {
        var configuration = Configuration ?? FromParameters();
        var location = SessionState.Path.CurrentLocation;
        PesterRun? result = null;
        try
        {
            result = Run(configuration);
            if (configuration.TestResult.Enabled)
            {
                var path = SessionState.Path.GetUnresolvedProviderPathFromPSPath(configuration.TestResult.OutputPath);
                TestReport.Write(result, configuration.TestResult, path);
            }
        }
        finally
        {
            SessionState.Path.SetLocation(WildcardPattern.Escape(location.Path));
        }

        SessionState.PSVariable.Set("global:LASTEXITCODE", result.FailureCount);
        if (configuration.Run.PassThru)
        {
            WriteObject(result);
        }

        if (result.FailureCount > 0)
        {
            Fail(configuration.Run, result);
        }
    }

    private PesterConfiguration FromParameters() => new()
    {
        Run =
        {
            Path = Path.Length > 0 ? Path : Container.Length > 0 ? [] : ["."],
            ExcludePath = ExcludePath,
            Container = Container,
            PassThru = PassThru,
            Exit = CI,
        },
        Filter = { Tag = TagFilter, ExcludeTag = ExcludeTagFilter, FullName = FullNameFilter },
        Output = { Verbosity = Output },
        TestResult = { Enabled = CI },
    };

    private PesterRun Run(PesterConfiguration configuration)
    {
        var started = DateTime.Now;
        var containers = Containers(configuration.Run);
        if (containers.Count == 0)
        {
            throw new InvalidOperationException(
                $"No test files found: name at least one *{configuration.Run.TestExtension} file, or a directory that has one");
        }

        using var run = new RunState(this, configuration);
        var scope = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"PesterScope_{Guid.NewGuid():N}.ps1");
        try
        {
            File.WriteAllText(scope, ContainerRun.ScopeScript);
            return new TestRun(run, scope).Execute(containers, started);
        }
        finally
        {
            File.Delete(scope);
        }
    }

    private List<PesterContainer> Containers(RunSection section)
    {
        var containers = section.ScriptBlock.Select(script => new PesterContainer(script, null))
            .Concat(section.Container.Select(container => container.Copy())).ToList();
        // '.' is only the default: it does not add to what was named.
        if (containers.Count == 0 || section.Path is not (["."] or []))
        {
            containers.AddRange(new TestFiles(SessionState).Find(section.Path, section.TestExtension, section.ExcludePath)
                .Where(file => !containers.Exists(container => container.Name == file.FullName))
                .Select(file => new PesterContainer(file, null)));
        }

        return containers;
    }

    private void Fail(RunSection section, PesterRun result)
    {
        if (section.Throw)
        {
            throw new InvalidOperationException($"Pester run failed: {result.FailedCount} tests, "
                + $"{result.FailedBlocksCount} blocks and {result.FailedContainersCount} containers failed");
        }

        if (section.Exit)
        {
            InvokeCommand.InvokeScript(useLocalScope: true, ScriptBlock.Create("exit $args[0]"), null, result.FailureCount);
        }
    }
}
