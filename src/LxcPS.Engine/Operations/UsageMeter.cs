using System.Diagnostics;
using LxcPS.Engine.Cgroups;

namespace LxcPS.Engine.Operations;

/// <summary>Looks at what containers use again and again, and tells what they used since the look before.</summary>
public sealed class UsageMeter
{
    private readonly Dictionary<(string LxcPath, string Name), (TimeSpan CpuTime, long At)> before = [];

    /// <summary>What a container uses now; null when it does not run.</summary>
    /// <exception cref="LxcException">MonitorFailed: its monitor does not answer.</exception>
    public UsageRow? Look(string lxcPath, string name)
    {
        if (CgroupSettings.FilesOf(lxcPath, name) is not { } files)
        {
            before.Remove((lxcPath, name));
            return null;
        }

        CgroupUsage usage = CgroupUsage.Read(files);
        long now = Stopwatch.GetTimestamp();
        double? percent = null;
        if (usage.CpuTime is { } time)
        {
            if (before.TryGetValue((lxcPath, name), out (TimeSpan CpuTime, long At) last))
            {
                // A container that was started anew in between begins at zero.
                percent = PercentOf(time - last.CpuTime, Stopwatch.GetElapsedTime(last.At, now));
            }

            before[(lxcPath, name)] = (time, now);
        }

        return new UsageRow(name, usage, percent);
    }

    /// <summary>Processor time in per cent of one processor; null where the time has gone back.</summary>
    internal static double? PercentOf(TimeSpan used, TimeSpan elapsed) =>
        used < TimeSpan.Zero || elapsed <= TimeSpan.Zero ? null : used / elapsed * 100;
}
