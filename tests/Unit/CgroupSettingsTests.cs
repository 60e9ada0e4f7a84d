using LxcPS.Engine.Cgroups;
using Xunit;

namespace LxcPS.Tests;

public class CgroupSettingsTests
{
    private static readonly CgroupLayout V1 = CgroupLayout.Parse(
        "32 1 0:29 / /cg/cpu rw - cgroup cgroup rw,cpu\n33 1 0:30 / /cg/memory rw - cgroup cgroup rw,memory\n34 1 0:31 / /cg/pids rw - cgroup cgroup rw,pids\n",
        "3:pids:/\n2:memory:/\n1:cpu:/\n", null, _ => null);

    private static readonly CgroupLayout V2 = CgroupLayout.Parse(
        "35 1 0:32 / /cg rw - cgroup2 cgroup2 rw\n", "0::/\n", null, _ => "cpuset cpu memory pids io\n");

    [Theory]
    [InlineData("memory.max", "300M", "lxc.cgroup.memory.limit_in_bytes=300M")]
    [InlineData("memory.max", "max", "lxc.cgroup.memory.limit_in_bytes=-1")]
    [InlineData("memory.limit_in_bytes", "300M", "lxc.cgroup.memory.limit_in_bytes=300M")]
    [InlineData("cpu.max", "50000 100000", "lxc.cgroup.cpu.cfs_period_us=100000 lxc.cgroup.cpu.cfs_quota_us=50000")]
    [InlineData("pids.max", "7", "lxc.cgroup.pids.max=7")]
    [InlineData("memory.unheard_of", "1", "lxc.cgroup.memory.unheard_of=1")]
    public void AFileOfEitherVersionOnV1(string file, string value, string expected) => Assert.Equal(expected, Show(V1, file, value));

    [Theory]
    [InlineData("memory.limit_in_bytes", "300M", "lxc.cgroup2.memory.max=300M")]
    [InlineData("memory.max", "300M", "lxc.cgroup2.memory.max=300M")]
    [InlineData("cpu.shares", "1024", "lxc.cgroup2.cpu.weight=100")]
    [InlineData("blkio.weight", "500", "lxc.cgroup2.io.weight=100")]
    [InlineData("io.max", "8:0 rbps=1000", "lxc.cgroup2.io.max=8:0 rbps=1000")]
    public void AFileOfEitherVersionOnV2(string file, string value, string expected) => Assert.Equal(expected, Show(V2, file, value));

    private static string Show(CgroupLayout layout, string file, string value) =>
        string.Join(' ', CgroupTranslation.ForHost(layout, file, value).Select(setting => $"{setting.Key}={setting.Value}"));
}
