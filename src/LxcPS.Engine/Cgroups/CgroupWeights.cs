namespace LxcPS.Engine.Cgroups;

/// <summary>
/// Shares and weights of v1 and v2. The formulas are systemd's, linear about the defaults (src/core/cgroup.c: cgroup_cpu_weight_to_shares,
/// cgroup_weight_io_to_blkio; BFQ_WEIGHT): a container of the default share keeps the default, which runc's older formula for shares,
/// 1 + (shares - 2) * 9999 / 262142, does not do.
/// </summary>
public static class CgroupWeights
{
    private const int DefaultWeight = 100;
    private const int DefaultShares = 1024;
    private const int DefaultBlkio = 500;
    private const int LargestWeight = 10_000;
    private const int LargestBfq = 1000;

    /// <summary>cpu.shares (2 to 262144, default 1024) as cpu.weight (1 to 10000, default 100).</summary>
    public static long SharesToWeight(long shares) => Math.Clamp(Scale(shares, DefaultWeight, DefaultShares), 1, LargestWeight);

    /// <summary>cpu.weight as cpu.shares.</summary>
    public static long WeightToShares(long weight) => Math.Clamp(Scale(weight, DefaultShares, DefaultWeight), 2, 262_144);

    /// <summary>blkio.weight (10 to 1000, default 500) as io.weight (1 to 10000, default 100).</summary>
    public static long BlkioToWeight(long blkio) => Math.Clamp(Scale(blkio, DefaultWeight, DefaultBlkio), 1, LargestWeight);

    /// <summary>io.weight as blkio.weight.</summary>
    public static long WeightToBlkio(long weight) => Math.Clamp(Scale(weight, DefaultBlkio, DefaultWeight), 10, 1000);

    /// <summary>blkio.bfq.weight (1 to 1000, default 100) as io.weight: the same up to the default, stretched above it.</summary>
    public static long BfqToWeight(long bfq) => bfq <= DefaultWeight ? Math.Max(bfq, 1)
        : Math.Min(DefaultWeight + Scale(bfq - DefaultWeight, LargestWeight - DefaultWeight, LargestBfq - DefaultWeight), LargestWeight);

    /// <summary>io.weight as blkio.bfq.weight.</summary>
    public static long WeightToBfq(long weight) => weight <= DefaultWeight ? Math.Max(weight, 1)
        : Math.Min(DefaultWeight + Scale(weight - DefaultWeight, LargestBfq - DefaultWeight, LargestWeight - DefaultWeight), LargestBfq);

    // Rounded to the nearest, so that a value that came from the coarser scale goes back to what it was.
    private static long Scale(long value, long multiply, long divide) => ((Math.Clamp(value, 0, 1 << 30) * multiply) + (divide / 2)) / divide;
}
