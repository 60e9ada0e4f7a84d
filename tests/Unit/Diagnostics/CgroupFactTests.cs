using LxcPS.Engine.Diagnostics;
using Xunit;

namespace LxcPS.Tests.Diagnostics;

public class CgroupFactTests
{
    private const string Version1 =
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct\n40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n";

    private const string Version2 = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n";

    [Theory]
    [InlineData(Version1, "legacy")]
    [InlineData(Version2, "unified")]
    [InlineData(Version1 + Version2, "hybrid")]
    [InlineData("27 1 254:0 / / rw - ext4 /dev/vda rw\n", "none")]
    public void TheModeIsToldByTheMounts(string text, string mode) => Assert.Equal(mode, CgroupFact.Of(MountTable.Parse(text)).Mode);

    [Fact]
    public void ControllersAreNotMountOptions()
    {
        CgroupFact fact = CgroupFact.Of(MountTable.Parse(Version1 + Version2));
        Assert.Equal(["cpu", "cpuacct", "name=systemd"], fact.Version1.Keys);
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct", fact.Version1["cpuacct"]);
        Assert.Equal("/sys/fs/cgroup/unified", fact.UnifiedPoint);
    }

    [Theory]
    [InlineData("12:pids:/a\n0::/user.slice/user-1000.slice\n", "/user.slice/user-1000.slice")]
    [InlineData("0::/\n", "")]
    [InlineData("1:name=systemd:/x\n", "")]
    public void TheOwnGroupOfVersion2IsRead(string text, string path) => Assert.Equal(path, CgroupChecks.PathOf(text, "0::"));
}
