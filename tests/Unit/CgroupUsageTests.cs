using LxcPS.Engine.Cgroups;
using Xunit;

namespace LxcPS.Tests;

public class CgroupUsageTests
{
    private static CgroupUsage Read(Dictionary<string, string> files) => CgroupUsage.Read(files.GetValueOrDefault);

    [Fact]
    public void OnV2() => Assert.Equal(new CgroupUsage
    {
        Memory = 4_096_000, MemoryLimit = null, MemoryPeak = 8_192_000, Swap = 0, CpuTime = TimeSpan.FromMilliseconds(1500), ThrottledPeriods = 7,
        ThrottledTime = TimeSpan.FromMilliseconds(250), Pids = 3, PidsLimit = 100, IoRead = 300, IoWritten = 50,
    }, Read(new()
    {
        ["memory.current"] = "4096000\n", ["memory.max"] = "max\n", ["memory.peak"] = "8192000\n", ["memory.swap.current"] = "0\n",
        ["cpu.stat"] = "usage_usec 1500000\nuser_usec 1\nnr_periods 9\nnr_throttled 7\nthrottled_usec 250000\n",
        ["pids.current"] = "3\n", ["pids.max"] = "100\n",
        ["io.stat"] = "8:0 rbytes=100 wbytes=50 rios=1 wios=1\n8:16 rbytes=200 wbytes=0 rios=1 wios=0\n254:0 \n",
    }));

    [Fact]
    public void OnV1() => Assert.Equal(new CgroupUsage
    {
        Memory = 1000, MemoryLimit = 536_870_912, MemoryPeak = 2000, Swap = 512, CpuTime = TimeSpan.FromSeconds(2), ThrottledPeriods = 1,
        ThrottledTime = TimeSpan.FromMilliseconds(3), Pids = 2, PidsLimit = null, IoRead = 4096, IoWritten = 8192,
    }, Read(new()
    {
        ["memory.usage_in_bytes"] = "1000\n", ["memory.limit_in_bytes"] = "536870912\n", ["memory.max_usage_in_bytes"] = "2000\n",
        ["memory.memsw.usage_in_bytes"] = "1512\n", ["memory.stat"] = "cache 1\nswap 1\ntotal_cache 7\ntotal_swap 512\n",
        ["cpuacct.usage"] = "2000000000\n", ["cpu.stat"] = "nr_periods 5\nnr_throttled 1\nthrottled_time 3000000\n",
        ["pids.current"] = "2\n", ["pids.max"] = "max\n",
        ["blkio.throttle.io_service_bytes_recursive"] = "8:0 Read 4096\n8:0 Write 8192\n8:0 Sync 1\n8:0 Total 12288\nTotal 12288\n",
    }));

    [Fact]
    public void V1sUnlimitedMemoryIsNoLimit() =>
        Assert.Null(Read(new() { ["memory.usage_in_bytes"] = "1", ["memory.limit_in_bytes"] = "9223372036854771712\n" }).MemoryLimit);

    [Fact]
    public void WhatIsNotThereIsNull() => Assert.Equal(new CgroupUsage(), Read([]));
}
