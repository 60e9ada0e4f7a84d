using LxcPS.Engine;
using LxcPS.Engine.Cgroups;
using Xunit;

namespace LxcPS.Tests;

public class CgroupResolverTests
{
    private static readonly CgroupLayout V1 = CgroupLayout.Parse(
        "32 1 0:29 / /cg/cpu rw - cgroup cgroup rw,cpu\n33 1 0:30 / /cg/memory rw - cgroup cgroup rw,memory\n" +
        "34 1 0:31 / /cg/devices rw - cgroup cgroup rw,devices\n35 1 0:32 / /cg/unified rw - cgroup2 cgroup2 rw\n",
        "3:devices:/\n2:memory:/\n1:cpu:/\n0::/\n", null, _ => "hugetlb\n");

    private static readonly CgroupLayout V2 = CgroupLayout.Parse(
        "35 1 0:32 / /cg rw - cgroup2 cgroup2 rw\n", "0::/\n", null, _ => "cpu memory pids io\n");

    private static (string Writes, List<string> Warnings, List<CgroupSetting> Rules) Resolve(CgroupLayout layout, params string[] lines)
    {
        List<(string, string)> settings = [];
        foreach (string line in lines)
        {
            string[] pair = line.Split(" = ", 2);
            settings.Add((pair[0], pair[1]));
        }

        List<string> warnings = [];
        List<CgroupSetting> rules = [];
        List<string> writes = [];
        foreach (CgroupWrite write in CgroupResolver.Resolve(layout, settings, warnings, rules))
        {
            writes.Add($"{write.Hierarchy.MountPoint}/{write.Setting.File}={write.Setting.Value}");
        }

        return (string.Join(" ", writes), warnings, rules);
    }

    [Fact]
    public void TheSumOfMemoryAndSwapComesLast() => Assert.Equal(
        "/cg/memory/memory.limit_in_bytes=1G /cg/cpu/cpu.shares=512 /cg/memory/memory.memsw.limit_in_bytes=2G",
        Resolve(V1, "lxc.cgroup.memory.memsw.limit_in_bytes = 2G", "lxc.cgroup.memory.limit_in_bytes = 1G", "lxc.cgroup.cpu.shares = 512").Writes);

    [Fact]
    public void AV2KeyIsTranslatedWhereTheControllerIsInV1() =>
        Assert.Equal("/cg/memory/memory.limit_in_bytes=1G", Resolve(V1, "lxc.cgroup2.memory.max = 1G").Writes);

    [Fact]
    public void AKeyForTheRightVersionIsPreferredToATranslatedOne()
    {
        string[] both = ["lxc.cgroup2.memory.max = 2G", "lxc.cgroup.memory.limit_in_bytes = 1G"];
        Assert.Equal("/cg/memory/memory.limit_in_bytes=1G", Resolve(V1, both).Writes);
        Assert.Equal("/cg/memory.max=2G", Resolve(V2, both).Writes);
    }

    [Fact]
    public void DeviceRulesStayInOrderAndAreNotMixed() => Assert.Equal(
        "/cg/devices/devices.deny=a /cg/devices/devices.allow=c 1:3 rwm",
        Resolve(V1, "lxc.cgroup2.devices.deny = a", "lxc.cgroup2.devices.allow = c *:* m", "lxc.cgroup.devices.deny = a",
            "lxc.cgroup.devices.allow = c 1:3 rwm").Writes);

    [Fact]
    public void OnV2DeviceRulesAreHandedOutAndThoseForV2Count()
    {
        (string writes, _, List<CgroupSetting> rules) = Resolve(V2, "lxc.cgroup.devices.deny = a", "lxc.cgroup2.devices.deny = a",
            "lxc.cgroup.devices.allow = c 1:3 rwm", "lxc.cgroup2.devices.allow = c 1:5 rwm");
        Assert.Empty(writes);
        Assert.Equal(["a", "c 1:5 rwm"], rules.ConvertAll(rule => rule.Value));
    }

    [Fact]
    public void AControllerThatThisHostHasInV2IsUsedThere() =>
        Assert.Equal("/cg/unified/hugetlb.2MB.max=0", Resolve(V1, "lxc.cgroup.hugetlb.2MB.limit_in_bytes = 0").Writes);

    [Fact]
    public void AMissingControllerIsRefusedWithTheKey()
    {
        LxcException error = Assert.Throws<LxcException>(() => Resolve(V1, "lxc.cgroup2.pids.max = 5"));
        Assert.Equal((LxcErrorId.CgroupControllerMissing, "lxc.cgroup2.pids.max"), (error.ErrorId, error.ConfigKey));
        Assert.Contains("'pids'", error.Message);
    }

    [Fact]
    public void WhatHasNoCounterpartIsWarnedOf()
    {
        (string writes, List<string> warnings, _) = Resolve(V1, "lxc.cgroup2.memory.high = 1G");
        Assert.Empty(writes);
        Assert.Contains("lxc.cgroup2.memory.high", Assert.Single(warnings));
    }

    [Theory]
    [InlineData("lxc.cgroup.memory/../x.y = 1")]
    [InlineData("lxc.cgroup2.memory = 1")]
    [InlineData("lxc.cgroup2.memory..max = 1")]
    public void ANameThatIsNoFileOfTheCgroupIsRefused(string line) =>
        Assert.Equal(LxcErrorId.ConfigInvalidValue, Assert.Throws<LxcException>(() => Resolve(V1, line)).ErrorId);

    [Fact]
    public void PlacesAndEmptyValuesArePassedOver() => Assert.Empty(
        Resolve(V1, "lxc.cgroup.dir = a", "lxc.cgroup.dir.monitor = b", "lxc.cgroup.relative = 1", "lxc.cgroup.cpu.shares = ", "lxc.uts.name = x").Writes);
}
