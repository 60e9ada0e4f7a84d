using LxcPS.Engine;
using LxcPS.Engine.Cgroups;
using Xunit;

namespace LxcPS.Tests;

public class CgroupLimitsTests
{
    private static readonly CgroupLayout V1 = CgroupLayout.Parse(
        "32 1 0:29 / /cg/cpu rw - cgroup cgroup rw,cpu\n33 1 0:30 / /cg/memory rw - cgroup cgroup rw,memory\n" +
        "34 1 0:31 / /cg/cpuset rw - cgroup cgroup rw,cpuset\n35 1 0:32 / /cg/pids rw - cgroup cgroup rw,pids\n36 1 0:33 / /cg/blkio rw - cgroup cgroup rw,blkio\n",
        "5:blkio:/\n4:pids:/\n3:cpuset:/\n2:memory:/\n1:cpu:/\n", null, _ => null);

    private static readonly CgroupLayout V2 = CgroupLayout.Parse(
        "35 1 0:32 / /cg rw - cgroup2 cgroup2 rw\n", "0::/\n", null, _ => "cpuset cpu memory pids io\n");

    private static CgroupLimits Everything() => new()
    {
        Memory = 1 << 30, MemorySwap = 3L << 30, MemoryLow = 1 << 20, Cpu = 1.5, CpuWeight = 250, CpuSet = "0-1", MemorySet = "0", Pids = 100, IoWeight = 300,
    };

    private static string Show(IReadOnlyList<(string Key, string Value)> settings)
    {
        List<string> lines = [];
        foreach ((string key, string value) in settings)
        {
            lines.Add($"{key}={value}");
        }

        lines.Sort(StringComparer.Ordinal);
        return string.Join("\n", lines);
    }

    [Fact]
    public void OnV2() => Assert.Equal("""
        lxc.cgroup2.cpu.max=150000 100000
        lxc.cgroup2.cpu.weight=250
        lxc.cgroup2.cpuset.cpus=0-1
        lxc.cgroup2.cpuset.mems=0
        lxc.cgroup2.io.weight=300
        lxc.cgroup2.memory.low=1048576
        lxc.cgroup2.memory.max=1073741824
        lxc.cgroup2.memory.swap.max=2147483648
        lxc.cgroup2.pids.max=100
        """, Show(Everything().ToSettings(V2)));

    [Fact]
    public void OnV1() => Assert.Equal("""
        lxc.cgroup.blkio.bfq.weight=118
        lxc.cgroup.cpu.cfs_period_us=100000
        lxc.cgroup.cpu.cfs_quota_us=150000
        lxc.cgroup.cpu.shares=2560
        lxc.cgroup.cpuset.cpus=0-1
        lxc.cgroup.cpuset.mems=0
        lxc.cgroup.memory.limit_in_bytes=1073741824
        lxc.cgroup.memory.memsw.limit_in_bytes=3221225472
        lxc.cgroup.memory.soft_limit_in_bytes=1048576
        lxc.cgroup.pids.max=100
        """, Show(Everything().ToSettings(V1)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void NumbersComeBack(int version)
    {
        CgroupLimits back = CgroupLimits.FromSettings(Everything().ToSettings(version == 1 ? V1 : V2), version == 1 ? V1 : V2);
        CgroupLimits limits = Everything();
        Assert.Equal((limits.Memory, limits.MemorySwap, limits.MemoryLow, limits.Cpu, limits.CpuWeight), (back.Memory, back.MemorySwap, back.MemoryLow, back.Cpu, back.CpuWeight));
        Assert.Equal((limits.CpuSet, limits.MemorySet, limits.Pids), (back.CpuSet, back.MemorySet, back.Pids));

        // v1 has 1000 steps where v2 has 10000.
        Assert.InRange(back.IoWeight!.Value, version == 1 ? 290 : 300, version == 1 ? 310 : 300);
    }

    [Theory]
    [InlineData(1, "lxc.cgroup.cpu.cfs_period_us=100000\nlxc.cgroup.cpu.cfs_quota_us=-1\nlxc.cgroup.memory.limit_in_bytes=-1\nlxc.cgroup.memory.memsw.limit_in_bytes=-1\nlxc.cgroup.pids.max=max")]
    [InlineData(2, "lxc.cgroup2.cpu.max=max 100000\nlxc.cgroup2.memory.max=max\nlxc.cgroup2.memory.swap.max=max\nlxc.cgroup2.pids.max=max")]
    public void MinusOneLifts(int version, string expected)
    {
        CgroupLimits limits = new() { Memory = -1, MemorySwap = CgroupLimits.Unlimited, Cpu = -1, Pids = -1 };
        IReadOnlyList<(string Key, string Value)> settings = limits.ToSettings(version == 1 ? V1 : V2);
        Assert.Equal(expected, Show(settings));
        CgroupLimits back = CgroupLimits.FromSettings(settings, version == 1 ? V1 : V2);
        Assert.Null(back.Memory ?? back.MemorySwap ?? back.Pids);
        Assert.Null(back.Cpu);
    }

    [Fact]
    public void NothingAskedIsNothingSet() => Assert.Empty(new CgroupLimits().ToSettings(V2));

    [Fact]
    public void V1sLargestNumberIsNoLimit() =>
        Assert.Null(CgroupLimits.FromSettings([("lxc.cgroup.memory.limit_in_bytes", "9223372036854771712")], V1).Memory);

    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 60)]
    public void OfBothVersionsTheHostsOwnCounts(int version, long expected)
    {
        (string, string)[] settings = [("lxc.cgroup2.pids.max", "60"), ("lxc.cgroup.pids.max", "50")];
        Assert.Equal(expected, CgroupLimits.FromSettings(settings, version == 1 ? V1 : V2).Pids);
        Array.Reverse(settings);
        Assert.Equal(expected, CgroupLimits.FromSettings(settings, version == 1 ? V1 : V2).Pids);
    }

    [Fact]
    public void WhatAVersionDoesNotHaveIsRefused()
    {
        Assert.Equal(LxcErrorId.CgroupControllerMissing, Assert.Throws<LxcException>(() => new CgroupLimits { MemoryHigh = 1 << 20 }.ToSettings(V1)).ErrorId);
        Assert.Equal(LxcErrorId.CgroupControllerMissing, Assert.Throws<LxcException>(() => new CgroupLimits { Swappiness = 10 }.ToSettings(V2)).ErrorId);
        Assert.Equal(("lxc.cgroup.memory.swappiness", "10"), Assert.Single(new CgroupLimits { Swappiness = 10 }.ToSettings(V1)));
    }

    public static TheoryData<CgroupLimits, string> Wrong => new()
    {
        { new CgroupLimits { Memory = 100 }, "Memory" },
        { new CgroupLimits { Memory = -2 }, "Memory" },
        { new CgroupLimits { MemorySwap = 1 << 30 }, "MemorySwap" },
        { new CgroupLimits { Memory = 2L << 30, MemorySwap = 1 << 30 }, "MemorySwap" },
        { new CgroupLimits { Memory = -1, MemorySwap = 1 << 30 }, "MemorySwap" },
        { new CgroupLimits { Cpu = 0 }, "Cpu" },
        { new CgroupLimits { Cpu = double.NaN }, "Cpu" },
        { new CgroupLimits { CpuWeight = 0 }, "CpuWeight" },
        { new CgroupLimits { IoWeight = 10_001 }, "IoWeight" },
        { new CgroupLimits { CpuSet = "0-" }, "CpuSet" },
        { new CgroupLimits { CpuSet = "" }, "CpuSet" },
        { new CgroupLimits { MemorySet = "a" }, "MemorySet" },
        { new CgroupLimits { Pids = 0 }, "Pids" },
        { new CgroupLimits { Swappiness = 201 }, "Swappiness" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void WrongValuesAreNamed(CgroupLimits limits, string name)
    {
        LxcException error = Assert.Throws<LxcException>(limits.Validate);
        Assert.Equal(LxcErrorId.ConfigInvalidValue, error.ErrorId);
        Assert.Contains(name + " =", error.Message);
        Assert.NotNull(error.Advice);
    }

    [Theory]
    [InlineData("0-3,8", "0-3,8")]
    [InlineData("0,1,2,5", "0-2,5")]
    public void CpuListsAreReadAndWritten(string text, string written)
    {
        Assert.True(CpuList.TryParse(text, out IReadOnlyList<int> cpus));
        Assert.Equal(written, CpuList.Format(cpus));
    }

    [Theory]
    [InlineData("0-7", "2-3,6", "0-1,4-5,7")]
    [InlineData("0-1", "0-1", "0-1")]
    [InlineData("0-3", "nonsense", "0-3")]
    public void IsolatedCpusAreTakenOut(string cpus, string isolated, string rest) => Assert.Equal(rest, CpuList.Subtract(cpus, isolated));
}
