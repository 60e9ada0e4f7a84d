using LxcPS.Engine.Cgroups;
using LxcPS.Engine.Operations;
using Xunit;

namespace LxcPS.Tests;

public class CgroupSettingsTests
{
    private static readonly CgroupLayout V1 = CgroupLayout.Parse(
        "32 1 0:29 / /cg/cpu rw - cgroup cgroup rw,cpu\n33 1 0:30 / /cg/memory rw - cgroup cgroup rw,memory\n",
        "2:memory:/\n1:cpu:/\n", null, _ => null);

    private static readonly CgroupLayout V2 = CgroupLayout.Parse(
        "32 1 0:29 / /cg rw - cgroup2 cgroup2 rw\n", "0::/\n", null, _ => "cpu memory pids\n");

    [Theory]
    [InlineData("memory.max", "1G", "lxc.cgroup2.memory.max = 1G")]
    [InlineData("memory.limit_in_bytes", "1G", "lxc.cgroup2.memory.max = 1G")]
    [InlineData("lxc.cgroup.memory.limit_in_bytes", "-1", "lxc.cgroup2.memory.max = max")]
    [InlineData("cpu.cfs_quota_us", "50000", "lxc.cgroup2.cpu.max = 50000 100000")]
    [InlineData("cpu.cfs_period_us", "50000", "lxc.cgroup2.cpu.cfs_period_us = 50000")]
    [InlineData("pids.max", "20", "lxc.cgroup2.pids.max = 20")]
    [InlineData("memory.oom.group", "1", "lxc.cgroup2.memory.oom.group = 1")]
    public void OnV2(string key, string value, string expected) => Assert.Equal(expected, ForHost(V2, key, value));

    [Theory]
    [InlineData("memory.max", "1G", "lxc.cgroup.memory.limit_in_bytes = 1G")]
    [InlineData("lxc.cgroup2.memory.max", "max", "lxc.cgroup.memory.limit_in_bytes = -1")]
    [InlineData("memory.limit_in_bytes", "1G", "lxc.cgroup.memory.limit_in_bytes = 1G")]
    [InlineData("cpu.max", "50000 100000", "lxc.cgroup.cpu.cfs_period_us = 100000, lxc.cgroup.cpu.cfs_quota_us = 50000")]
    [InlineData("memory.swappiness", "10", "lxc.cgroup.memory.swappiness = 10")]
    public void OnV1(string key, string value, string expected) => Assert.Equal(expected, ForHost(V1, key, value));

    private static string ForHost(CgroupLayout layout, string key, string value) =>
        string.Join(", ", CgroupSettings.ForHost(layout, key, value).Select(setting => $"{setting.Key} = {setting.Value}"));
}
