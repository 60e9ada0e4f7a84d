using LxcPS.Engine;
using LxcPS.Engine.Network;
using Xunit;

namespace LxcPS.Tests;

public class NetworkPlanTests
{
    [Fact]
    public void WithoutDevicesTheNetworkIsEmptyAndNotTheHosts()
    {
        NetworkPlan plan = Parse();
        Assert.False(plan.HostNetwork);
        Assert.Empty(plan.Devices);
    }

    [Fact]
    public void NoneAloneIsTheHostsNetworkAndNoneWithOthersIsNot()
    {
        Assert.True(Parse("lxc.net.0.type = none").HostNetwork);
        Assert.False(Parse("lxc.net.0.type = none", "lxc.net.1.type = empty").HostNetwork);
        Assert.False(Parse("lxc.net.0.type = empty", "lxc.net.0.flags = up").HostNetwork);
    }

    [Fact]
    public void AVethDeviceIsReadWhole()
    {
        NetworkDevice device = Assert.Single(Parse(
            "lxc.net.0.type = veth", "lxc.net.0.link = lxcbr0", "lxc.net.0.flags = up", "lxc.net.0.hwaddr = 00:16:3e:a1:B2:c3",
            "lxc.net.0.mtu = 1450", "lxc.net.0.veth.pair = vethweb", "lxc.net.0.ipv4.address = 10.2.3.5/24 10.2.3.255",
            "lxc.net.0.ipv4.gateway = auto", "lxc.net.0.ipv6.address = 2003:db8:1:0:214:1234:fe0b:3597/64",
            "lxc.net.0.ipv6.gateway = fe80::1", "lxc.net.0.veth.mode = bridge").Devices);
        Assert.Equal((NetworkType.Veth, "lxcbr0", "eth0", "vethweb", 1450u, true), (device.Type, device.Link, device.Name, device.PairName, device.Mtu, device.IsUp));
        Assert.Equal([0x00, 0x16, 0x3E, 0xA1, 0xB2, 0xC3], device.HardwareAddress);
        Assert.Equal([10, 2, 3, 5], device.Addresses[0].Address);
        Assert.Equal([10, 2, 3, 255], device.Addresses[0].Broadcast);
        Assert.Equal(64, device.Addresses[1].PrefixLength);
        Assert.Equal([0x20, 0x03, 0x0d, 0xb8, 0, 1, 0, 0, 2, 0x14, 0x12, 0x34, 0xfe, 0x0b, 0x35, 0x97], device.Addresses[1].Address);
        Assert.True(device.Gateway4!.IsAutomatic);
        Assert.Null(device.Gateway4.Address);
        Assert.Equal(0xFE, device.Gateway6!.Address![0]);
    }

    [Fact]
    public void DevicesAreSortedAndUnnamedOnesGetTheFreeNames()
    {
        NetworkPlan plan = Parse("lxc.net.3.type = veth", "lxc.net.1.type = veth", "lxc.net.1.name = eth0", "lxc.net.2.type = veth");
        Assert.Equal([1, 2, 3], plan.Devices.Select(device => device.Index));
        Assert.Equal(["eth0", "eth1", "eth2"], plan.Devices.Select(device => device.Name));
    }

    [Fact]
    public void EmptyValuesClear()
    {
        Assert.Empty(Parse("lxc.net.0.type = veth", "lxc.net.0 = ").Devices);
        Assert.Empty(Parse("lxc.net.0.type = veth", "lxc.net = ").Devices);
        NetworkDevice device = Assert.Single(Parse("lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.link = ",
            "lxc.net.0.ipv4.address = 10.0.3.5/24", "lxc.net.0.ipv4.address =", "lxc.net.0.script.up = ").Devices);
        Assert.Null(device.Link);
        Assert.Empty(device.Addresses);
    }

    [Theory]
    [InlineData("10.0.3.5/24", 24, "0a0003ff")]
    [InlineData("10.0.3.5/30", 30, "0a000307")]
    [InlineData("10.0.3.5/31", 31, null)]
    [InlineData("10.0.3.5/32", 32, null)]
    [InlineData("10.0.3.5/0", 0, "ffffffff")]
    [InlineData("10.0.3.5", 8, "0affffff")]
    [InlineData("172.16.3.5", 16, "ac10ffff")]
    [InlineData("192.168.3.5", 24, "c0a803ff")]
    public void TheBroadcastFollowsFromThePrefix(string text, int prefix, string? broadcast)
    {
        DeviceAddress address = DeviceAddress.TryParse(text, version6: false)!;
        Assert.Equal(prefix, address.PrefixLength);
        Assert.Equal(broadcast, address.Broadcast is null ? null : Convert.ToHexStringLower(address.Broadcast));
    }

    [Theory]
    [InlineData("lxc.net.0.type", "bridge")]
    [InlineData("lxc.net.0.mtu", "67")]
    [InlineData("lxc.net.0.mtu", "-1")]
    [InlineData("lxc.net.0.flags", "down")]
    [InlineData("lxc.net.0.hwaddr", "00:16:3e:a1:b2")]
    [InlineData("lxc.net.0.hwaddr", "01:16:3e:a1:b2:c3")]
    [InlineData("lxc.net.0.hwaddr", "00:00:00:00:00:00")]
    [InlineData("lxc.net.0.hwaddr", "00-16-3e-a1-b2-c3")]
    [InlineData("lxc.net.0.name", "a-name-too-long-x")]
    [InlineData("lxc.net.0.name", "a b")]
    [InlineData("lxc.net.0.link", "../br0")]
    [InlineData("lxc.net.0.veth.pair", "veth%d")]
    [InlineData("lxc.net.0.veth.mode", "l3")]
    [InlineData("lxc.net.0.ipv4.address", "10.0.3/24")]
    [InlineData("lxc.net.0.ipv4.address", "10.0.3.5/33")]
    [InlineData("lxc.net.0.ipv4.address", "10.0.3.5/24 10.0.3")]
    [InlineData("lxc.net.0.ipv4.address", "2001:db8::1/64")]
    [InlineData("lxc.net.0.ipv6.address", "2001:db8::g/64")]
    [InlineData("lxc.net.0.ipv6.address", "2001:db8::1/129")]
    [InlineData("lxc.net.0.ipv4.gateway", "router")]
    [InlineData("lxc.net.0.ipv6.gateway", "10.0.3.1")]
    public void AWrongValueIsRefusedWithItsKey(string key, string value)
    {
        LxcException error = Assert.Throws<LxcException>(() => Parse("lxc.net.0.type = veth", "lxc.net.0.flags = up", "lxc.net.0.link = br0", $"{key} = {value}"));
        Assert.Equal(LxcErrorId.ConfigInvalidValue, error.ErrorId);
        Assert.Equal(key, error.ConfigKey);
        Assert.Contains($"'{value}'", error.Message);
        Assert.NotNull(error.Advice);
    }

    [Theory]
    [InlineData("link", "macvlan")]
    [InlineData("link", "ipvlan")]
    [InlineData("link", "vlan")]
    [InlineData("link", "phys")]
    [InlineData("vlan.id", "vlan", "link = eth9")]
    [InlineData("link", "veth", "l2proxy = 1")]
    [InlineData("hwaddr", "ipvlan", "link = eth9", "hwaddr = 02:16:3e:a1:b2:c3")]
    [InlineData("veth.vlan.id", "veth", "veth.vlan.id = 5")]
    [InlineData("veth.vlan.tagged.id", "veth", "link = br0", "veth.mode = router", "veth.vlan.tagged.id = 5")]
    [InlineData("ipv4.gateway", "phys", "link = eth9", "flags = up", "ipv4.gateway = auto")]
    [InlineData("macvlan.mode", "macvlan", "macvlan.mode = l2")]
    [InlineData("ipvlan.mode", "ipvlan", "ipvlan.mode = vepa")]
    [InlineData("ipvlan.isolation", "ipvlan", "ipvlan.isolation = l3")]
    [InlineData("vlan.id", "vlan", "vlan.id = 4095")]
    [InlineData("veth.ipv4.route", "veth", "veth.ipv4.route = 10.0.3.0")]
    [InlineData("veth.n_rxqueues", "veth", "veth.n_rxqueues = many")]
    [InlineData("l2proxy", "veth", "l2proxy = 2")]
    public void WhatATypeLacksIsNamed(string setting, string type, params string[] settings)
    {
        LxcException error = Assert.Throws<LxcException>(() => Parse([$"lxc.net.0.type = {type}", .. settings.Select(line => "lxc.net.0." + line)]));
        Assert.Equal((LxcErrorId.ConfigInvalidValue, "lxc.net.0." + setting), (error.ErrorId, error.ConfigKey));
        Assert.NotNull(error.Advice);
    }

    [Fact]
    public void AnInterfaceOfTheHostKeepsItsName()
    {
        NetworkPlan plan = Parse("lxc.net.0.type = phys", "lxc.net.0.link = enp3s0", "lxc.net.1.type = macvlan", "lxc.net.1.link = enp4s0");
        Assert.Equal(["enp3s0", "eth0"], plan.Devices.Select(device => device.Name));
    }

    [Fact]
    public void KeysMustFitEachOther()
    {
        Assert.Equal("lxc.net.0.type", Assert.Throws<LxcException>(() => Parse("lxc.net.0.link = br0")).ConfigKey);
        Assert.Equal("lxc.net.0.ipv4.gateway", Assert.Throws<LxcException>(() => Parse("lxc.net.0.type = veth", "lxc.net.0.ipv4.gateway = 10.0.3.1")).ConfigKey);
        Assert.Equal("lxc.net.0.ipv6.gateway",
            Assert.Throws<LxcException>(() => Parse("lxc.net.0.type = veth", "lxc.net.0.flags = up", "lxc.net.0.ipv6.gateway = auto")).ConfigKey);
        Assert.Equal("lxc.net.0.name",
            Assert.Throws<LxcException>(() => Parse("lxc.net.0.type = veth", "lxc.net.0.name = a", "lxc.net.1.type = veth", "lxc.net.1.name = a")).ConfigKey);
        Assert.Equal(LxcErrorId.ConfigUnknownKey, Assert.Throws<LxcException>(() => Parse("lxc.net.0.speed = 5")).ErrorId);
        Assert.Equal(LxcErrorId.ConfigUnknownKey, Assert.Throws<LxcException>(() => Parse("lxc.net.x.type = veth")).ErrorId);
    }

    [Fact]
    public void ATemplateIsFilledWithAUnicastAddress()
    {
        HashSet<string> seen = [];
        for (int i = 0; i < 64; i++)
        {
            byte[] address = HardwareAddress.TryParse("xX:16:3e:xx:xx:0x")!;
            Assert.Equal(2, address[0] & 3);
            Assert.Equal([0x16, 0x3E], address[1..3]);
            Assert.True(address[5] < 16);
            seen.Add(Convert.ToHexString(address));
            Assert.Equal(0xFE, HardwareAddress.ForHostEnd()[0]);
        }

        Assert.True(seen.Count > 60);
    }

    internal static NetworkPlan Parse(params string[] lines) => NetworkPlan.Parse(lines.Select(line =>
    {
        int equals = line.IndexOf('=');
        return new KeyValuePair<string, string>(line[..equals].Trim(), line[(equals + 1)..].Trim());
    }));
}
