namespace LxcPS.Host.Pester;

/// <summary>Discovery of all containers, then the run of all: no test runs before every file has been read.</summary>
internal sealed class TestRun(RunState run, string scopeFile)
{
    public PesterRun Execute(IReadOnlyList<PesterContainer> containers, DateTime started)
    {
        run.Screen.DiscoveryStarts(containers.Count);
        var discovery = new Discovery(run);
        var results = containers.Select(container =>
        {
            var result = discovery.Find(container);
            run.Screen.Discovered(result);
            return result;
        }).ToList();

        var filter = new TestFilter(run.Configuration.Filter);
        results.ForEach(result => filter.Apply(result.Root));
        run.Screen.DiscoveryEnds(results);

        if (!run.Configuration.Run.SkipRun)
        {
            var runner = new ContainerRun(run, scopeFile);
            foreach (var result in results.Where(result => result.Root.ShouldRun))
            {
                run.Screen.ContainerStarts(result);
                runner.Start(result.Root);
                result.Root.Conclude();
                run.Screen.ContainerEnded(result);
            }
        }

        var outcome = new PesterRun(run.Configuration, started, results);
        run.Screen.RunEnded(outcome);
        return outcome;
    }
}
