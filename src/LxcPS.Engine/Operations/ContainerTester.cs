using LxcPS.Engine.Diagnostics;
using LxcPS.Engine.LifeCycle;

namespace LxcPS.Engine.Operations;

/// <summary>Tells what would keep a container from starting.</summary>
public static class ContainerTester
{
    /// <summary>How long the helper may take, in milliseconds: policies may have to be compiled, and a file system may never answer.</summary>
    private const int Timeout = 60_000;

    /// <summary>The checks of a start, in its order; see <see cref="StartChecker"/>.</summary>
    /// <exception cref="LxcException">The container's configuration cannot be read; Timeout, Canceled, MonitorFailed.</exception>
    public static IReadOnlyList<StartCheck> Check(HelperProgram helper, string lxcPath, string name, CancellationToken cancel)
    {
        MonitorRequest request = new() { LxcPath = lxcPath, Name = name };
        List<string[]> lines = HelperCall.Run(helper, descriptor => ["check", .. request.ToArguments(descriptor, detach: false).Skip(1)], Timeout,
            () => new LxcException(LxcErrorId.Timeout, $"The test of container '{name}' takes longer than a minute")
            {
                ContainerName = name,
                Advice = "A file system that the container is to mount does not answer: see its root file system and its mount entries.",
            }, cancel);
        return lines.Count > 0 ? lines.ConvertAll(fields => StartFindings.Parse(fields, lxcPath, name))
            : throw new LxcException(LxcErrorId.MonitorFailed, $"The helper that tests container '{name}' ended without a word")
            {
                ContainerName = name,
                Advice = "It may have been killed: see the kernel log for an out-of-memory kill.",
            };
    }
}
