using System.Text;
using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using Xunit;

namespace LxcPS.Tests;

public sealed class ContainerConfigTests : IDisposable
{
    // What lxc-create of Debian 12 leaves, with the oddities that hands add.
    private const string Sample = """
        # Template used to create this container: /usr/share/lxc/templates/lxc-download
        # Parameters passed to the template: --dist debian

          lxc.arch =   linux64
        lxc.rootfs.path=dir:/var/lib/lxc/c1/rootfs
        	lxc.uts.name	= "c1"
        #lxc.mount.entry = commented out
        some.other.tool = ignored
        not a setting at all

        lxc.net.0.type = veth
        lxc.net.0.link = lxcbr0
        lxc.net.0.ipv4.address = 10.0.3.5/24
        lxc.net.0.ipv4.address = 10.0.3.6/24
        lxc.cap.drop = mac_admin mac_override
        lxc.cap.drop = sys_time
        lxc.environment = A='quoted inside'
        lxc.environment = 'B=all quoted'
        """;

    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData(Sample)]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("lxc.arch = x86_64")]
    [InlineData("lxc.arch = x86_64\r\n# dos\r\n\r\nlxc.tty.max=4\r\n")]
    [InlineData("   \t\n \t lxc.tty.max\t=\t4 \t\n\n\n#\n")]
    [InlineData("# only a comment")]
    public void ADocumentIsKeptByteForByte(string text)
    {
        string path = directory.Make("config", text);
        Assert.Equal(text, ContainerConfig.Load(path).Text);
        ContainerConfig.Load(path).Save();
        Assert.Equal(Encoding.UTF8.GetBytes(text), File.ReadAllBytes(path));
    }

    [Fact]
    public void BytesThatAreNoUtf8AreKept()
    {
        byte[] bytes = [.. "# caf\xE9\nlxc.tty.max = 4\n".Select(c => (byte)c)];
        string path = directory.Make("config");
        File.WriteAllBytes(path, bytes);
        ContainerConfig config = ContainerConfig.Load(path);
        config.Set("lxc.tty.max", "5");
        config.Save();
        bytes[^2] = (byte)'5';
        Assert.Equal(bytes, File.ReadAllBytes(path));
        Assert.Equal(LxcErrorId.ConfigInvalidValue, Assert.Throws<LxcException>(() => config.Set("lxc.uts.name", "\u0416")).ErrorId);
    }

    [Fact]
    public void SettingsAreReadWithoutBlanksAndQuotes()
    {
        ContainerConfig config = ContainerConfig.Parse(Sample, "/x/config");
        Assert.Equal("linux64", config.Get("lxc.arch"));
        Assert.Equal("dir:/var/lib/lxc/c1/rootfs", config.Get("lxc.rootfs.path"));
        Assert.Equal("c1", config.Get("lxc.uts.name"));
        Assert.Equal(["A='quoted inside'", "B=all quoted"], config.GetAll("lxc.environment"));
        Assert.Equal(["10.0.3.5/24", "10.0.3.6/24"], config.GetAll("lxc.net.0.ipv4.address"));
        Assert.Equal(4, config.WithPrefix("lxc.net.0.").Count());
        Assert.Equal(new ConfigEntry("lxc.uts.name", "c1", "/x/config", 6), config.Entries[2]);
        Assert.Null(config.Get("some.other.tool"));
        Assert.Null(config.Get("lxc.tty.max"));
    }

    [Fact]
    public void LinesOfAnotherSystemReadTheSame()
    {
        ContainerConfig config = ContainerConfig.Parse("lxc.tty.max = 4\r\nlxc.uts.name = a\r\nlxc.arch = x86\r", "/c");
        Assert.Equal(["4", "a", "x86"], config.Entries.Select(entry => entry.Value));
        Assert.Equal([1, 2, 3], config.Entries.Select(entry => entry.Line));
        config.Set("lxc.uts.name", "bb");
        Assert.Equal("lxc.tty.max = 4\r\nlxc.uts.name = bb\r\nlxc.arch = x86\r", config.Text);
    }

    [Theory]
    [InlineData("lxc.uts.name", "1 2", "lxc.net.0.type=veth", "lxc.uts.name=1", "lxc.uts.name=2", "lxc.uts.name=")]
    [InlineData("lxc.net.0.type", null, "lxc.net.0.type=veth", "lxc.net=")]
    [InlineData("lxc.net.0.type", null, "lxc.net.0.type=veth", "lxc.net.0=")]
    [InlineData("lxc.net.10.type", "veth", "lxc.net.10.type=veth", "lxc.net.1=")]
    [InlineData("lxc.net.0.type", "veth", "lxc.net.0.type=veth", "lxc.net.0.link=")]
    [InlineData("lxc.net.0.type", "empty", "lxc.net.0.type=veth", "lxc.net=", "lxc.net.0.type=empty")]
    [InlineData("lxc.cgroup.devices.allow", null, "lxc.cgroup.devices.allow=c 1:3 rwm", "lxc.cgroup=")]
    [InlineData("lxc.cgroup.devices.allow", "a", "lxc.cgroup.devices.allow=a", "lxc.cgroup.devices.deny=")]
    [InlineData("lxc.cgroup2.devices.allow", "a", "lxc.cgroup2.devices.allow=a", "lxc.cgroup=")]
    [InlineData("lxc.cgroup.dir", "x", "lxc.cgroup.dir=x", "lxc.cgroup=")]
    [InlineData("lxc.hook.start", null, "lxc.hook.start=/x", "lxc.hook=")]
    [InlineData("lxc.hook.version", "1", "lxc.hook.version=1", "lxc.hook=")]
    [InlineData("lxc.cap.drop", "b", "lxc.cap.drop=a", "lxc.cap.drop=", "lxc.cap.drop=b")]
    [InlineData("lxc.mount.entry", null, "lxc.mount.entry=a b none", "lxc.mount=")]
    [InlineData("lxc.sysctl.kernel.msgmax", null, "lxc.sysctl.kernel.msgmax=1", "lxc.sysctl=")]
    [InlineData("lxc.prlimit.nofile", "2", "lxc.prlimit.nofile=1", "lxc.prlimit.nofile=2")]
    public void AnEmptyValueClears(string key, string? value, params string[] lines) =>
        Assert.Equal(value == "1 2" ? null : value, ContainerConfig.Parse(string.Join('\n', lines), "/c").Get(key));

    [Fact]
    public void ASecondLineOfOneValueReplacesTheFirst()
    {
        ContainerConfig config = ContainerConfig.Parse("lxc.uts.name = a\nlxc.prlimit.nofile = 1\nlxc.uts.name = b\nlxc.group = x\nlxc.group = y\n", "/c");
        Assert.Equal(["b"], config.GetAll("lxc.uts.name"));
        Assert.Equal(["x", "y"], config.GetAll("lxc.group"));
        Assert.Equal(4, config.Entries.Count);
    }

    [Theory]
    [InlineData("lxc.uts.name c1", LxcErrorId.ConfigSyntax, null)]
    [InlineData("lxc.", LxcErrorId.ConfigSyntax, null)]
    [InlineData("lxc.uts.nam = c1", LxcErrorId.ConfigUnknownKey, "lxc.uts.name")]
    [InlineData("lxc.autodev = maybe", LxcErrorId.ConfigInvalidValue, "lxc.autodev")]
    [InlineData("lxc.net = veth", LxcErrorId.ConfigInvalidValue, "clears")]
    [InlineData("lxc.rootfs = /x", LxcErrorId.ConfigUnknownKey, "lxc.rootfs.path")]
    public void AnErrorNamesFileLineAndWayOut(string line, string id, string? named)
    {
        LxcException error = Assert.Throws<LxcException>(() => ContainerConfig.Parse($"# first\n\n{line}\nlxc.also = wrong\n", "/srv/c/config"));
        Assert.Equal(id, error.ErrorId);
        Assert.Equal((3, "/srv/c/config"), (error.Line, error.Path));
        Assert.Contains("'/srv/c/config', line 3", error.Message);
        Assert.False(error.Message.EndsWith('.'));
        Assert.Contains(named ?? "=", error.Advice + error.Message);
    }

    [Fact]
    public void AllErrorsCanBeHadAndTheRestIsRead()
    {
        string path = directory.Make("config", "lxc.uts.name = a\nlxc.oops\nlxc.autodev = 7\nlxc.nope = 1\nlxc.include = /none/here\nlxc.tty.max = 2\n");
        ContainerConfig config = ContainerConfig.Load(path, out IReadOnlyList<LxcException> errors);
        Assert.Equal([2, 3, 4, 5], errors.Select(error => error.Line));
        Assert.Equal([LxcErrorId.ConfigSyntax, LxcErrorId.ConfigInvalidValue, LxcErrorId.ConfigUnknownKey, LxcErrorId.StorageFailed], errors.Select(error => error.ErrorId));
        Assert.Equal("2", config.Get("lxc.tty.max"));
        Assert.Equal(2, Assert.Throws<LxcException>(() => ContainerConfig.Load(path)).Line);
    }

    [Fact]
    public void AByteOrderMarkIsNamed() =>
        Assert.Contains("byte order mark", Assert.Throws<LxcException>(() => ContainerConfig.Parse("\uFEFFlxc.tty.max = 1", "/c")).Message);

    [Fact]
    public void IncludesStandInTheirPlace()
    {
        directory.Make("conf.d/20-b.conf", "lxc.tty.max = 20\nlxc.cap.drop = b\n");
        directory.Make("conf.d/10-a.conf", "lxc.tty.max = 10\nlxc.cap.drop = a\n");
        directory.Make("conf.d/README", "lxc.nonsense\n");
        string common = directory.Make("common.conf", $"lxc.cap.drop = first\nlxc.include = {directory.Path}/conf.d/\nlxc.cap.drop = after\n");
        string text = $"lxc.tty.max = 1\nlxc.include = common.conf\nlxc.include = {directory.Path}/missing.d/\nlxc.pty.max = 5\n";
        string path = directory.Make("config", text);
        ContainerConfig config = ContainerConfig.Load(path);
        Assert.Equal(["first", "a", "b", "after"], config.GetAll("lxc.cap.drop"));
        Assert.Equal("20", config.Get("lxc.tty.max"));
        Assert.Equal(new ConfigEntry("lxc.cap.drop", "after", common, 3), config.Entries[^2]);
        Assert.Equal(text, config.Text);
    }

    [Fact]
    public void IncludesThatLoopOrFailNameTheLine()
    {
        string path = directory.Make("config", "\nlxc.include = config\n");
        LxcException loop = Assert.Throws<LxcException>(() => ContainerConfig.Load(path));
        Assert.Equal((LxcErrorId.ConfigSyntax, 2), (loop.ErrorId, loop.Line));
        directory.Make("bad.conf", "# x\nlxc.oops = 1\n");
        path = directory.Make("config", "lxc.include = bad.conf\n");
        LxcException inner = Assert.Throws<LxcException>(() => ContainerConfig.Load(path));
        Assert.Equal((directory.Path + "/bad.conf", 2), (inner.Path, inner.Line));
    }

    [Fact]
    public void WhatAStartCouldNotServeIsRefusedByName()
    {
        ContainerConfig config = ContainerConfig.Parse("lxc.namespace.share.net = web1\nlxc.namespace.share.mnt = web1\n", "/c");
        LxcException error = Assert.Throws<LxcException>(config.RequireServed);
        Assert.Equal((LxcErrorId.ConfigUnsupported, "lxc.namespace.share.mnt", 2), (error.ErrorId, error.ConfigKey, error.Line));
        ContainerConfig.Parse("lxc.namespace.share.mnt = x\nlxc.namespace.share.mnt =\nlxc.log.level = 3\n", "/c").RequireServed();
    }

    [Fact]
    public void ConfigurationsThatLxcShipsAreRead()
    {
        const string Shipped = "/usr/share/lxc/config";
        Assert.SkipUnless(Directory.Exists(Shipped), "LXC is not installed");
        foreach (string file in Directory.GetFiles(Shipped, "*.conf"))
        {
            ContainerConfig.Load(file).RequireServed();
        }
    }
}
