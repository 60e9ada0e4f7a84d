using LxcPS.Engine.Cgroups;
using Xunit;

namespace LxcPS.Tests;

public class CgroupTranslationTests
{
    private static List<CgroupSetting> Parse(string text)
    {
        List<CgroupSetting> settings = [];
        foreach (string part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] pair = part.Split('=', 2);
            settings.Add(new CgroupSetting(pair[0], pair[1], "key"));
        }

        return settings;
    }

    private static string Show(IEnumerable<CgroupSetting> settings)
    {
        List<string> parts = [];
        foreach (CgroupSetting setting in settings)
        {
            parts.Add($"{setting.File}={setting.Value}");
        }

        return string.Join(";", parts);
    }

    [Theory]
    [InlineData("memory.limit_in_bytes=512M", "memory.max=512M")]
    [InlineData("memory.limit_in_bytes=-1", "memory.max=max")]
    [InlineData("memory.limit_in_bytes=512M;memory.memsw.limit_in_bytes=1G", "memory.max=512M;memory.swap.max=536870912")]
    [InlineData("memory.memsw.limit_in_bytes=1G;memory.limit_in_bytes=1G", "memory.swap.max=0;memory.max=1G")]
    [InlineData("memory.memsw.limit_in_bytes=-1", "memory.swap.max=max")]
    [InlineData("memory.soft_limit_in_bytes=256M", "memory.low=268435456")]
    [InlineData("memory.soft_limit_in_bytes=-1", "memory.low=0")]
    [InlineData("cpu.cfs_quota_us=150000;cpu.cfs_period_us=100000", "cpu.max=150000 100000")]
    [InlineData("cpu.cfs_period_us=50000;cpu.cfs_quota_us=-1", "cpu.max=max 50000")]
    [InlineData("cpu.cfs_quota_us=20000", "cpu.max=20000 100000")]
    [InlineData("cpu.shares=1024", "cpu.weight=100")]
    [InlineData("cpu.shares=2", "cpu.weight=1")]
    [InlineData("cpu.shares=262144", "cpu.weight=10000")]
    [InlineData("cpuset.cpus=0-3", "cpuset.cpus=0-3")]
    [InlineData("pids.max=100", "pids.max=100")]
    [InlineData("blkio.weight=500", "io.weight=100")]
    [InlineData("blkio.bfq.weight=1000", "io.weight=10000")]
    [InlineData("blkio.throttle.read_bps_device=8:0 1048576", "io.max=8:0 rbps=1048576")]
    [InlineData("blkio.throttle.write_iops_device=8:0 0", "io.max=8:0 wiops=max")]
    [InlineData("freezer.state=FROZEN", "cgroup.freeze=1")]
    [InlineData("hugetlb.2MB.limit_in_bytes=4194304", "hugetlb.2MB.max=4194304")]
    [InlineData("devices.deny=a;devices.allow=c 1:3 rwm", "devices.deny=a;devices.allow=c 1:3 rwm")]
    public void V1InTheWordsOfV2(string v1, string v2) => Assert.Equal(v2, Show(CgroupTranslation.ToV2(Parse(v1))));

    [Theory]
    [InlineData("memory.max=max", "memory.limit_in_bytes=-1")]
    [InlineData("memory.max=1G;memory.swap.max=512M", "memory.limit_in_bytes=1G;memory.memsw.limit_in_bytes=1610612736")]
    [InlineData("memory.max=1G;memory.swap.max=0", "memory.limit_in_bytes=1G;memory.memsw.limit_in_bytes=1073741824")]
    [InlineData("memory.swap.max=max", "memory.memsw.limit_in_bytes=-1")]
    [InlineData("memory.low=0", "memory.soft_limit_in_bytes=-1")]
    [InlineData("cpu.max=150000 50000", "cpu.cfs_period_us=50000;cpu.cfs_quota_us=150000")]
    [InlineData("cpu.max=max", "cpu.cfs_quota_us=-1")]
    [InlineData("cpu.weight=100", "cpu.shares=1024")]
    [InlineData("cpu.weight=10000", "cpu.shares=102400")]
    [InlineData("pids.max=max", "pids.max=max")]
    [InlineData("io.weight=default 200", "blkio.bfq.weight=109")]
    [InlineData("io.bfq.weight=250", "blkio.bfq.weight=250")]
    [InlineData("io.max=8:0 rbps=1 wiops=max", "blkio.throttle.read_bps_device=8:0 1;blkio.throttle.write_iops_device=8:0 0")]
    [InlineData("cgroup.freeze=0", "freezer.state=THAWED")]
    public void V2InTheWordsOfV1(string v2, string v1) => Assert.Equal(v1, Show(CgroupTranslation.ToV1(Parse(v2))));

    [Theory]
    [InlineData("memory.swappiness=10")]
    [InlineData("memory.kmem.limit_in_bytes=1")]
    [InlineData("net_cls.classid=0x100001")]
    [InlineData("memory.memsw.limit_in_bytes=1G")]
    [InlineData("memory.limit_in_bytes=2G;memory.memsw.limit_in_bytes=1G")]
    [InlineData("cpu.shares=many")]
    public void WhatV2DoesNotKnowIsTold(string v1)
    {
        List<CgroupSetting> left = [];
        IReadOnlyList<CgroupSetting> done = CgroupTranslation.ToV2(Parse(v1), left);
        Assert.Single(left);
        Assert.DoesNotContain(done, setting => setting.File.StartsWith("memory.swap"));
    }

    [Theory]
    [InlineData("memory.high=1G")]
    [InlineData("memory.oom.group=1")]
    [InlineData("memory.swap.max=1G")]
    [InlineData("io.weight=8:0 200")]
    [InlineData("io.max=8:0 speed=1")]
    [InlineData("cpu.max=1 2 3")]
    public void WhatV1DoesNotKnowIsTold(string v2)
    {
        List<CgroupSetting> left = [];
        Assert.Empty(CgroupTranslation.ToV1(Parse(v2), left));
        Assert.Single(left);
    }

    [Fact]
    public void TheKeyThatAskedIsKept() =>
        Assert.Equal("lxc.cgroup2.memory.max", CgroupTranslation.ToV1([new("memory.max", "1", "lxc.cgroup2.memory.max")])[0].ConfigKey);

    [Fact]
    public void AWeightSurvivesTheWayToSharesAndBack()
    {
        for (long weight = 1; weight <= 10_000; weight++)
        {
            Assert.Equal(weight, CgroupWeights.SharesToWeight(CgroupWeights.WeightToShares(weight)));
        }
    }

    [Fact]
    public void ABfqWeightSurvivesTheWayToWeightAndBack()
    {
        for (long bfq = 1; bfq <= 1000; bfq++)
        {
            Assert.Equal(bfq, CgroupWeights.WeightToBfq(CgroupWeights.BfqToWeight(bfq)));
        }
    }
}
