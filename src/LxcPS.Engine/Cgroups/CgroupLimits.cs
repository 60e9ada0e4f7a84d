namespace LxcPS.Engine.Cgroups;

/// <summary>
/// The limits of a container as numbers, whichever version of cgroups the host has. Null says nothing about a limit; -1
/// (<see cref="Unlimited"/>) lifts it.
/// </summary>
public sealed partial class CgroupLimits
{
    /// <summary>Lifts a limit.</summary>
    public const long Unlimited = CgroupNumber.Unlimited;

    /// <summary>The period that CPU time is handed out in, in microseconds: the kernel's default.</summary>
    private const long CpuPeriod = 100_000;

    /// <summary>Memory, in bytes.</summary>
    public long? Memory { get; set; }

    /// <summary>
    /// Memory and swap together, in bytes, as v1 has it and podman's --memory-swap: with the same value as <see cref="Memory"/> there is no swap.
    /// Needs <see cref="Memory"/> beside it.
    /// </summary>
    public long? MemorySwap { get; set; }

    /// <summary>Memory from which on processes are slowed down and their memory is reclaimed, in bytes; v2 alone has it.</summary>
    public long? MemoryHigh { get; set; }

    /// <summary>Memory that is left to the container when the host runs short, in bytes (memory.low, v1's soft limit); 0 and -1 for none.</summary>
    public long? MemoryLow { get; set; }

    /// <summary>How readily memory is swapped out, 0 to 200; v1 alone has it.</summary>
    public int? Swappiness { get; set; }

    /// <summary>CPU time in CPUs: 1.5 is all of one and half of another.</summary>
    public double? Cpu { get; set; }

    /// <summary>The share of CPU time when it is short, 1 to 10000; the default is 100.</summary>
    public int? CpuWeight { get; set; }

    /// <summary>The CPUs that may be used, as <c>0-3,8</c>.</summary>
    public string? CpuSet { get; set; }

    /// <summary>The memory nodes that may be used, as <c>0-1</c>.</summary>
    public string? MemorySet { get; set; }

    /// <summary>The number of processes and threads.</summary>
    public long? Pids { get; set; }

    /// <summary>The share of disk access when it is short, 1 to 10000; the default is 100. It needs the BFQ scheduler or io.cost.</summary>
    public int? IoWeight { get; set; }

    /// <summary>Checks the values for themselves; whether the host has them is the kernel's to say.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue, with the property's name in the message.</exception>
    public void Validate()
    {
        CheckSize(Memory, nameof(Memory), 4096);
        CheckSize(MemorySwap, nameof(MemorySwap), 4096);
        CheckSize(MemoryHigh, nameof(MemoryHigh), 0);
        CheckSize(MemoryLow, nameof(MemoryLow), 0);
        Check(Swappiness is null or (>= 0 and <= 200), nameof(Swappiness), Swappiness, "0 to 200");
        Check(Cpu is null or Unlimited or (>= 0.01 and <= 65_536), nameof(Cpu), Cpu, "0.01 or more, or -1 for no limit");
        Check(CpuWeight is null or (>= 1 and <= 10_000), nameof(CpuWeight), CpuWeight, "1 to 10000");
        Check(IoWeight is null or (>= 1 and <= 10_000), nameof(IoWeight), IoWeight, "1 to 10000");
        Check(Pids is null or Unlimited or (>= 1 and <= 4_194_304), nameof(Pids), Pids, "1 to 4194304, or -1 for no limit");
        Check(CpuSet is null || CpuList.TryParse(CpuSet, out _), nameof(CpuSet), CpuSet, "a list such as 0-3,8");
        Check(MemorySet is null || CpuList.TryParse(MemorySet, out _), nameof(MemorySet), MemorySet, "a list such as 0-1");
        if (MemorySwap is >= 0 && Memory is null or Unlimited)
        {
            throw Invalid($"The limit MemorySwap = {MemorySwap} needs a limit Memory beside it, because it is the sum of memory and swap", "Set Memory too.");
        }

        if (MemorySwap is >= 0 && Memory > MemorySwap)
        {
            throw Invalid($"The limit MemorySwap = {MemorySwap} is below Memory = {Memory}, and it is the sum of memory and swap",
                "Set MemorySwap to Memory plus the swap to allow.");
        }
    }

    private static void CheckSize(long? value, string name, long least) =>
        Check(value is null or Unlimited || value >= least, name, value, $"{least} bytes or more, or -1 for no limit");

    private static void Check(bool isValid, string name, object? value, string range)
    {
        if (!isValid)
        {
            throw Invalid(FormattableString.Invariant($"The limit {name} = {value} is out of its range"), $"Use {range}.");
        }
    }

    private static LxcException Invalid(string message, string advice) => new(LxcErrorId.ConfigInvalidValue, message) { Step = "cgroup", Advice = advice };
}
