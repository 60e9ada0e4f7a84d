using LxcPS.Engine.Cgroups;

namespace LxcPS;

/// <summary>The limits of a container, and what it uses of them. Bytes are numbers; a limit that is null is none.</summary>
public sealed class LxcCgroup
{
    private readonly CgroupLimits limits;
    private readonly CgroupUsage? usage;

    internal LxcCgroup(string name, string lxcPath, CgroupLimits limits, CgroupUsage? usage)
    {
        Name = name;
        LxcPath = lxcPath;
        this.limits = limits;
        this.usage = usage;
    }

    /// <summary>The container.</summary>
    public string Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string LxcPath { get; }

    /// <summary>The most memory, in bytes.</summary>
    public long? Memory => LimitOf(limits.Memory);

    /// <summary>The most memory and swap together, in bytes.</summary>
    public long? MemorySwap => LimitOf(limits.MemorySwap);

    /// <summary>From where on the kernel holds the container back and reclaims, in bytes.</summary>
    public long? MemoryHigh => LimitOf(limits.MemoryHigh);

    /// <summary>What the kernel leaves to the container when memory is short, in bytes.</summary>
    public long? MemoryLow => LimitOf(limits.MemoryLow);

    /// <summary>The most processor time, in processors: 1.5.</summary>
    public double? Cpu => limits.Cpu is > 0 and double cpu ? cpu : null;

    /// <summary>Its share of the processors where several want them: 1 to 10,000, 100 without a setting.</summary>
    public int? CpuWeight => limits.CpuWeight;

    /// <summary>The processors that it may run on: 0-3,6.</summary>
    public string? CpuSet => limits.CpuSet;

    /// <summary>The most processes and threads.</summary>
    public long? Pids => LimitOf(limits.Pids);

    /// <summary>Its share of the disks: 1 to 10,000.</summary>
    public int? IoWeight => limits.IoWeight;

    /// <summary>The memory that it uses, in bytes; null when it does not run.</summary>
    public long? MemoryUsage => usage?.Memory;

    /// <summary>The most memory that it has used, in bytes.</summary>
    public long? MemoryPeak => usage?.MemoryPeak;

    /// <summary>The swap that it uses, in bytes.</summary>
    public long? SwapUsage => usage?.Swap;

    /// <summary>The processor time that it has used.</summary>
    public TimeSpan? CpuTime => usage?.CpuTime;

    /// <summary>How long it was held back by its processor limit.</summary>
    public TimeSpan? ThrottledTime => usage?.ThrottledTime;

    /// <summary>The number of its processes and threads.</summary>
    public long? PidsUsage => usage?.Pids;

    /// <summary>The bytes that it has read from disks.</summary>
    public long? IoRead => usage?.IoRead;

    /// <summary>The bytes that it has written to disks.</summary>
    public long? IoWritten => usage?.IoWritten;

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static long? LimitOf(long? value) => value is >= 0 ? value : null;
}
