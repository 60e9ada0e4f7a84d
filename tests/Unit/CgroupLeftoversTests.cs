using LxcPS.Engine.Cgroups;
using Xunit;

namespace LxcPS.Tests;

public class CgroupLeftoversTests
{
    private static readonly CgroupLayout Layout = CgroupLayout.Parse(
        "33 1 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n35 1 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        "2:memory:/app/worker\n0::/\n", "2:memory:/init\n0::/\n", _ => null);

    [Theory]
    [InlineData("/sys/fs/cgroup/memory/lxc.payload.c1", true)]
    [InlineData("/sys/fs/cgroup/unified/a/b", true)]
    [InlineData("/sys/fs/cgroup/memory/app/other", true)]
    [InlineData("/sys/fs/cgroup/memory/app", false)]
    [InlineData("/sys/fs/cgroup/memory/app/worker", false)]
    [InlineData("/sys/fs/cgroup/memory/init", false)]
    [InlineData("/sys/fs/cgroup/memory", false)]
    [InlineData("/sys/fs/cgroup/memory/", false)]
    [InlineData("/sys/fs/cgroup/memory//", false)]
    [InlineData("/sys/fs/cgroup", false)]
    [InlineData("/sys/fs/cgroup/memory/../unified", false)]
    [InlineData("/sys/fs/cgroup/memory/./a", false)]
    [InlineData("/sys/fs/cgroup/memoryx/a", false)]
    [InlineData("/home/a", false)]
    [InlineData("sys/fs/cgroup/memory/a", false)]
    [InlineData("/", false)]
    [InlineData("", false)]
    public void OnlyCgroupsBelowAMountThatNobodyElseLivesInMayBeCleared(string directory, bool may) =>
        Assert.Equal(may, CgroupLeftovers.IsClearable(Layout, directory));
}
