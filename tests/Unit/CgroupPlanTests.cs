using LxcPS.Engine;
using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Configuration;
using Xunit;

namespace LxcPS.Tests;

public class CgroupPlanTests
{
    private static CgroupPlan Plan(params (string Key, string Value)[] entries)
    {
        ContainerConfig config = ContainerConfig.Create("/nowhere/config");
        foreach ((string key, string value) in entries)
        {
            config.Set(key, value);
        }

        return CgroupPlan.Parse("c1", config);
    }

    [Fact]
    public void TheDefaultNamesAreLxcs()
    {
        CgroupPlan plan = Plan();
        Assert.Equal("lxc.payload.c1", plan.Payload);
        Assert.Equal("lxc.monitor.c1", plan.Monitor);
        Assert.Equal("lxc.pivot", plan.Pivot);
        Assert.Null(plan.Inner);
        Assert.False(plan.IsExact || plan.IsRelative || plan.HasPivot);
    }

    [Fact]
    public void APatternCountsWhereNoDirectoryIsNamed()
    {
        CgroupPlan plan = CgroupPlan.Parse("c1", ContainerConfig.Create("/nowhere/config"), "all//%n/of-%n");
        Assert.Equal(("all/c1/of-c1/payload", "all/c1/of-c1/monitor", "lxc.pivot"), (plan.Payload, plan.Monitor, plan.Pivot));
        ContainerConfig config = ContainerConfig.Create("/nowhere/config");
        config.Set("lxc.cgroup.dir", "mine");
        Assert.Equal("mine/lxc.payload.c1", CgroupPlan.Parse("c1", config, "all/%n").Payload);
        LxcException error = Assert.Throws<LxcException>(() => CgroupPlan.Parse("c1", ContainerConfig.Create("/nowhere/config"), "/lxc/%n"));
        Assert.Equal((LxcErrorId.ConfigInvalidValue, "lxc.cgroup.pattern"), (error.ErrorId, error.ConfigKey));
    }

    [Fact]
    public void ADirectoryHoldsBoth()
    {
        CgroupPlan plan = Plan(("lxc.cgroup.dir", "my//box/"), ("lxc.cgroup.relative", "1"));
        Assert.Equal("my/box/lxc.payload.c1", plan.Payload);
        Assert.Equal("my/box/lxc.monitor.c1", plan.Monitor);
        Assert.True(plan.IsRelative);
    }

    [Fact]
    public void OwnDirectoriesAreTakenToTheLetter()
    {
        CgroupPlan plan = Plan(("lxc.cgroup.dir.container", "a/b"), ("lxc.cgroup.dir.monitor", "m"), ("lxc.cgroup.dir.container.inner", "ns"),
            ("lxc.cgroup.dir.monitor.pivot", "p"));
        Assert.Equal(("a/b", "m", "ns", "p/lxc.pivot"), (plan.Payload, plan.Monitor, plan.Inner, plan.Pivot));
        Assert.True(plan.IsExact && plan.HasPivot);
    }

    [Theory]
    [InlineData("lxc.cgroup.dir", "/absolute")]
    [InlineData("lxc.cgroup.dir", "a/../../b")]
    [InlineData("lxc.cgroup.dir.container", "only")]
    [InlineData("lxc.cgroup.dir.container.inner", "only")]
    public void WhatLxcRefusesIsRefusedWithItsKey(string key, string value)
    {
        LxcException error = Assert.Throws<LxcException>(() => Plan((key, value)));
        Assert.Equal(LxcErrorId.ConfigInvalidValue, error.ErrorId);
        Assert.StartsWith("lxc.cgroup.dir", error.ConfigKey);
        Assert.NotNull(error.Advice);
    }

    [Fact]
    public void TheTwoWaysExcludeEachOther() => Assert.Throws<LxcException>(() =>
        Plan(("lxc.cgroup.dir", "a"), ("lxc.cgroup.dir.container", "b"), ("lxc.cgroup.dir.monitor", "c")));
}
