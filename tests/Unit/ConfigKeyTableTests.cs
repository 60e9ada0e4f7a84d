using LxcPS.Engine;
using LxcPS.Engine.Configuration;
using Xunit;

namespace LxcPS.Tests;

public class ConfigKeyTableTests
{
    // A value that each kind takes and one that it refuses; for text there is nothing to refuse but what a line cannot hold.
    private static readonly Dictionary<ConfigValueKind, (string Good, string Bad)> Samples = new()
    {
        [ConfigValueKind.None] = ("", "x"),
        [ConfigValueKind.Text] = ("/bin/true --yes", "a\nb"),
        [ConfigValueKind.AppArmorProfile] = ("lxc-web", "web"),
        [ConfigValueKind.Flag] = ("1", "2"),
        [ConfigValueKind.Number] = ("0x10", "-1"),
        [ConfigValueKind.Integer] = ("-5", "2147483648"),
        [ConfigValueKind.Count] = ("1500", "0"),
        [ConfigValueKind.Numbers] = ("10,20", "10,x"),
        [ConfigValueKind.Size] = ("64KB", "64 parsecs"),
        [ConfigValueKind.BufferSize] = ("auto", "full"),
        [ConfigValueKind.Path] = ("/srv/x y", "/" + new string('a', 4095)),
        [ConfigValueKind.RelativePath] = ("a/b", "a/../b"),
        [ConfigValueKind.Component] = ("inner", "a/b"),
        [ConfigValueKind.Signal] = ("SIGRTMIN+3", "SIGNOPE"),
        [ConfigValueKind.Capabilities] = ("sys_admin net_raw", "sys/admin"),
        [ConfigValueKind.Words] = ("onboot db", "a\u0001"),
        [ConfigValueKind.AutoMounts] = ("proc:mixed sys cgroup:rw:force", "proc:never"),
        [ConfigValueKind.Variable] = ("A=b c", "=b"),
        [ConfigValueKind.LogLevel] = ("DEBUG", "LOUD"),
        [ConfigValueKind.LogFacility] = ("Local0", "kitchen"),
        [ConfigValueKind.HostName] = ("web1.example", new string('a', 65)),
        [ConfigValueKind.MountEntry] = ("/srv srv none bind 0 0", "/srv srv"),
        [ConfigValueKind.IdMap] = ("u 0 100000 65536", "u 0 100000"),
        [ConfigValueKind.ResourceLimit] = ("1024:unlimited", "1024:many"),
        [ConfigValueKind.TimeOffset] = ("-7 h", "7 weeks"),
        [ConfigValueKind.UnixSocket] = ("unix:/run/x", "/run/x"),
        [ConfigValueKind.Interface] = ("eth0", "an-interface-too-long"),
        [ConfigValueKind.HardwareAddress] = ("00:16:3e:xx:xx:0F", "00:16:3e"),
        [ConfigValueKind.Vlan] = ("4095", "4096"),
        [ConfigValueKind.VlanOrNone] = ("none", "some"),
        [ConfigValueKind.IPv4Address] = ("10.0.3.5/24 10.0.3.255", "10.0.3/24"),
        [ConfigValueKind.IPv4Gateway] = ("auto", "10.0.3.1/24"),
        [ConfigValueKind.IPv4Route] = ("10.0.3.0/24", "10.0.3.0"),
        [ConfigValueKind.IPv6Address] = ("2001:db8::5/64", "2001:db8::5/129"),
        [ConfigValueKind.IPv6Gateway] = ("dev", "10.0.3.1"),
        [ConfigValueKind.IPv6Route] = ("2001:db8::/64", "2001:db8::"),
    };

    public static TheoryData<string> AllNames => [.. ConfigKeyTable.All.Select(key => key.Name)];

    [Theory]
    [MemberData(nameof(AllNames))]
    public void EveryRowTakesAGoodValueAndRefusesABadOne(string pattern)
    {
        string name = pattern.Replace("[i]", "7").Replace("*", "some.name");
        ConfigKey key = ConfigKeyTable.Find(name)!;
        Assert.Equal(pattern, key.Name);
        Assert.False(string.IsNullOrWhiteSpace(key.Summary) || key.Summary.EndsWith('.'));
        (string good, string bad) = key.Choices.Count > 0 ? (key.Choices[0], "no-such-choice") : Samples[key.Kind];
        Assert.Null(key.Validate(good));
        Assert.NotNull(key.Validate(bad));
        Assert.Null(key.Validate(string.Empty));

        // Through the parser, too, which an include would send to another file.
        if (pattern != "lxc.include")
        {
            ContainerConfig config = ContainerConfig.Parse($"{name} = {good}\n", "/x/config");
            Assert.Equal(good.Length == 0 ? null : good, config.Get(name));
            if (!bad.Contains('\n'))
            {
                LxcException error = Assert.Throws<LxcException>(() => ContainerConfig.Parse($"\n{name} = {bad}", "/x/config"));
                Assert.Equal((LxcErrorId.ConfigInvalidValue, 2, name), (error.ErrorId, error.Line, error.ConfigKey));
            }
        }
    }

    [Theory]
    [InlineData("lxc.net.0.type", "lxc.net.[i].type")]
    [InlineData("lxc.net.12.veth.vlan.tagged.id", "lxc.net.[i].veth.vlan.tagged.id")]
    [InlineData("lxc.net.0", "lxc.net.[i]")]
    [InlineData("lxc.cgroup.memory.limit_in_bytes", "lxc.cgroup.*")]
    [InlineData("lxc.cgroup.dir.container", "lxc.cgroup.dir.container")]
    [InlineData("lxc.cgroup2.memory.max", "lxc.cgroup2.*")]
    [InlineData("lxc.sysctl.net.ipv4.ip_forward", "lxc.sysctl.*")]
    [InlineData("lxc.namespace.share.net", "lxc.namespace.share.net")]
    public void NamesFindTheirRow(string name, string row) => Assert.Equal(row, ConfigKeyTable.Find(name)?.Name);

    [Theory]
    [InlineData("lxc")]
    [InlineData("lxc.")]
    [InlineData("lxc.net.type")]
    [InlineData("lxc.net.x.type")]
    [InlineData("lxc.net.-1.type")]
    [InlineData("lxc.net.[i].type")]
    [InlineData("lxc.net.0.")]
    [InlineData("lxc.cgroup.")]
    [InlineData("lxc.cgroups.x")]
    [InlineData("lxc.namespace.share.disk")]
    [InlineData("LXC.UTS.NAME")]
    public void OtherNamesFindNone(string name) => Assert.Null(ConfigKeyTable.Find(name));

    [Theory]
    [InlineData("lxc.uts.nam", "lxc.uts.name")]
    [InlineData("lxc.net.3.typ", "lxc.net.3.type")]
    [InlineData("uts.name", "lxc.uts.name")]
    [InlineData("lxc.cap.dorp", "lxc.cap.drop")]
    [InlineData("LXC.Arch", "lxc.arch")]
    [InlineData("something.else.entirely", null)]
    public void TheNearestKeyIsNamed(string name, string? nearest) => Assert.Equal(nearest, ConfigKeyTable.Nearest(name));

    [Theory]
    [InlineData("lxc.rootfs", "lxc.rootfs.path")]
    [InlineData("lxc.utsname", "lxc.uts.name")]
    [InlineData("lxc.network.type", "lxc.net.[i].type")]
    [InlineData("lxc.network.ipv4", "lxc.net.[i].ipv4.address")]
    [InlineData("lxc.network.ipv4.gateway", "lxc.net.[i].ipv4.gateway")]
    [InlineData("lxc.limit.nofile", "lxc.prlimit.nofile")]
    [InlineData("lxc.id_map", "lxc.idmap")]
    [InlineData("lxc.tty", "lxc.tty.max")]
    [InlineData("lxc.pivotdir", null)]
    public void LegacyKeysNameTheirSuccessor(string name, string? now)
    {
        Assert.True(ConfigKeyTable.TryFindLegacy(name, out string? found));
        Assert.Equal(now, found);
        Assert.Null(ConfigKeyTable.Find(name));
        LxcException error = Assert.Throws<LxcException>(() => ContainerConfig.Parse($"{name} = x", "/x/config"));
        Assert.Equal(LxcErrorId.ConfigUnknownKey, error.ErrorId);
        Assert.Contains(now ?? "no successor", error.Advice);
    }

    [Theory]
    [InlineData("lxc.net.0.type", "veth", true)]
    [InlineData("lxc.net.0.type", "macvlan", true)]
    [InlineData("lxc.namespace.share.mnt", "x", false)]
    [InlineData("lxc.namespace.share.mnt", "", true)]
    [InlineData("lxc.log.level", "DEBUG", true)]
    [InlineData("lxc.uts.name", "x", true)]
    public void WhatIsNotServedIsKnown(string name, string value, bool served) => Assert.Equal(served, ConfigKeyTable.Find(name)!.Serves(value));
}
