using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using Xunit;

namespace LxcPS.Tests.Configuration;

public class LegacyConfigTests
{
    [Theory]
    [InlineData("  lxc.utsname\t= \"a\"  \n", "  lxc.uts.name\t= \"a\"  \n")]
    [InlineData("# lxc.utsname = a\nlxc.tty=4", "# lxc.utsname = a\nlxc.tty.max=4")]
    [InlineData("lxc.pts = 1024\r\nlxc.arch = x86\r\n", "lxc.pty.max = 1024\r\nlxc.arch = x86\r\n")]
    [InlineData("lxc.rootfs = /a\n", "lxc.rootfs.path = /a\n")]
    [InlineData("lxc.rootfs = /a\nlxc.rootfs.backend = overlayfs\n# end\n", "lxc.rootfs.path = overlayfs:/a\n# end\n")]
    [InlineData("lxc.rootfs.backend = dir\nlxc.rootfs = dir:/a\n", "lxc.rootfs.path = dir:/a\n")]
    [InlineData("lxc.rootfs.mount = /mnt\nlxc.rootfs.options = ro\n", "lxc.rootfs.mount = /mnt\nlxc.rootfs.options = ro\n")]
    [InlineData("lxc.mount = /fstab\nlxc.mount.auto = proc\nlxc.mount =\n", "lxc.mount.fstab = /fstab\nlxc.mount.auto = proc\nlxc.mount =\n")]
    [InlineData("lxc.kmsg = 0\nlxc.pivotdir = x\n", "")]
    [InlineData("lxc.limit.nofile = 1024\n", "lxc.prlimit.nofile = 1024\n")]
    [InlineData("lxc.network =\nlxc.network.0.type = veth\nlxc.network.0.ipv4 = 10.0.3.5\n", "lxc.net =\nlxc.net.0.type = veth\nlxc.net.0.ipv4.address = 10.0.3.5\n")]
    [InlineData("lxc.network.type = veth\nlxc.network.link = br0\nlxc.network.type = empty\nlxc.network.ipv6.gateway = auto\n",
        "lxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.net.1.type = empty\nlxc.net.1.ipv6.gateway = auto\n")]
    [InlineData("lxc.network.type = veth\nlxc.net.0.type = empty\nlxc.network.mtu = 1500\n", "lxc.net.1.type = veth\nlxc.net.0.type = empty\nlxc.net.1.mtu = 1500\n")]
    [InlineData("lxc.network.nonsense = 1\n", "lxc.network.nonsense = 1\n")]
    public void KeysGetTheirNewNamesAndNothingElseChanges(string before, string after)
    {
        ContainerConfig config = Of(before);
        config.UpdateLegacy();
        Assert.Equal(after, config.Text);
    }

    [Fact]
    public void TheChangedLinesAreTold()
    {
        ContainerConfig config = Of("# a\nlxc.kmsg = 0\n\n lxc.tty = 4\n");
        Assert.Equal([new ConfigLineChange(2, "lxc.kmsg = 0", null), new ConfigLineChange(4, " lxc.tty = 4", " lxc.tty.max = 4")], config.UpdateLegacy());
    }

    [Fact]
    public void AllProblemsAreToldWithTheNamesThatWereMeant()
    {
        ContainerConfig config = Of("lxc.utsname = a\nlxc.uts.nam = b\nlxc.tty.max = many\nlxc.arch\nlxc.mount = /fstab\nlxc.namespace.share.mnt = 1\nlxc.kmsg = 1\n");
        IReadOnlyList<ConfigProblem> problems = config.FindProblems();
        Assert.Equal([1, 2, 3, 4, 5, 7, 6], problems.Select(problem => problem.Line));
        Assert.Equal(["lxc.uts.name", "lxc.uts.name", null, null, "lxc.mount.fstab", null, null], problems.Select(problem => problem.Suggestion));
        Assert.Equal(["lxc.utsname", "lxc.uts.nam", "lxc.tty.max", null, "lxc.mount", "lxc.kmsg", "lxc.namespace.share.mnt"], problems.Select(problem => problem.Key));
        Assert.Equal(["a", "b", "many", "lxc.arch", "/fstab", "1", "1"], problems.Select(problem => problem.Value));
        Assert.All(problems.SkipLast(1), problem => Assert.Equal(ConfigSeverity.Error, problem.Severity));
        Assert.Equal((ConfigSeverity.Warning, LxcErrorId.ConfigUnsupported), (problems[^1].Severity, problems[^1].Error.ErrorId));
        Assert.Equal("it must be a number from 0 to 4294967295", problems[2].Reason);
    }

    [Fact]
    public void AnIncludeWithoutAnEndIsRefused()
    {
        ConfigProblem problem = Assert.Single(Of("lxc.arch = x86\nlxc.include = /dev/zero\n").FindProblems());
        Assert.Equal((2, "lxc.include", LxcErrorId.StorageFailed), (problem.Line, problem.Key, problem.Error.ErrorId));
        Assert.Contains("File too large", problem.Reason);
    }

    private static ContainerConfig Of(string text) => ContainerConfig.FromBytes(System.Text.Encoding.UTF8.GetBytes(text), "/no/such/config");
}
