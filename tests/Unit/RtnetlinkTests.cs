using System.Buffers.Binary;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

public class RtnetlinkTests
{
    [Fact]
    public void APairsRequestHasTheKernelsLayout()
    {
        NetlinkMessage message = Rtnetlink.VethMessage(new VethPair
        {
            Name = "vethA",
            HardwareAddress = [0xFE, 1, 2, 3, 4, 5],
            Master = 7,
            Mtu = 1400,
            PeerName = "eth0",
            PeerNamespaceOf = 4242,
        });

        // As a little-endian machine sends it; the layout is that of linux/netlink.h and linux/if_link.h.
        const string expected =
            "88000000 1000 0506 00000000 00000000" +            // nlmsghdr: RTM_NEWLINK, REQUEST|ACK|CREATE|EXCL
            "00000000 00000000 00000000 00000000" +              // ifinfomsg: down
            "0a00 0300 766574684100 0000" +                      // IFLA_IFNAME vethA
            "0a00 0100 fe0102030405 0000" +                      // IFLA_ADDRESS
            "0800 0400 78050000" +                               // IFLA_MTU
            "0800 0a00 07000000" +                               // IFLA_MASTER
            "4000 1200 0800 0100 76657468" +                     // IFLA_LINKINFO, IFLA_INFO_KIND veth
            "3400 0200 3000 0100" +                              // IFLA_INFO_DATA, VETH_INFO_PEER
            "00000000 00000000 00000000 00000000" +              // ifinfomsg of the peer: down
            "0900 0300 6574683000 000000" +                      // IFLA_IFNAME eth0
            "0800 0400 78050000" +                               // IFLA_MTU
            "0800 1300 92100000";                                // IFLA_NET_NS_PID
        Assert.Equal(expected.Replace(" ", string.Empty), Convert.ToHexStringLower(message.Bytes));
    }

    [Fact]
    public void AnAddressHasItsBroadcast()
    {
        byte[] bytes = Rtnetlink.AddressMessage(2, [10, 0, 3, 5], 24, [10, 0, 3, 255]).Bytes.ToArray();
        Assert.Equal("0218000002000000" + "080002000a000305" + "080001000a000305" + "080004000a0003ff", Convert.ToHexStringLower(bytes.AsSpan(16)));
    }

    [Fact]
    public void ARouteWithoutGatewayIsOnTheLink()
    {
        byte[] bytes = Rtnetlink.RouteMessage(3, Rtnetlink.AF_INET6, [], 0, []).Bytes.ToArray();
        Assert.Equal("0a000000fe03fd0100000000" + "0800040003000000", Convert.ToHexStringLower(bytes.AsSpan(16)));
        bytes = Rtnetlink.RouteMessage(3, Rtnetlink.AF_INET, [], 0, [10, 0, 3, 1]).Bytes.ToArray();
        Assert.Equal("02000000fe03000100000000" + "080005000a000301" + "0800040003000000", Convert.ToHexStringLower(bytes.AsSpan(16)));
    }

    [Fact]
    public void AttributesAreWalkedAndBrokenOnesEndTheWalk()
    {
        byte[] bytes = Convert.FromHexString("0700030061620000" + "0800048078050000" + "ff000100");
        NetlinkAttributes attributes = new(bytes);
        Assert.True(attributes.Next());
        Assert.Equal("ab", attributes.Text);
        Assert.True(attributes.Next());
        Assert.Equal(4, attributes.Type);
        Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12)), attributes.Number);
        Assert.False(attributes.Next());
    }

    [Fact]
    public void ANewNamespaceHasItsLoopbackAndNoMore() => NetworkSandbox.Run(() =>
    {
        using Rtnetlink kernel = new();
        NetworkLink loopback = Assert.Single(kernel.Links(), link => link.Index == Rtnetlink.LoopbackIndex);
        Assert.Equal("lo", loopback.Name);
        Assert.False(loopback.IsUp);
        kernel.SetUp(Rtnetlink.LoopbackIndex);
        Assert.True(kernel.FindLink("lo")!.Value.IsUp);
        Assert.Null(kernel.FindLink("br9"));
        Assert.False(kernel.Delete("br9"));
        Assert.Contains(kernel.Addresses(), address => address.Address is [127, 0, 0, 1] && address.PrefixLength == 8 && !address.IsGlobal);
    });

    [Fact]
    public void ARefusalNamesTheRequestAndTheObject() => NetworkSandbox.Run(() =>
    {
        using Rtnetlink kernel = new();
        LinuxException error = Assert.Throws<LinuxException>(() => kernel.SetUp("br9"));
        Assert.Equal(("RTM_SETLINK", Errno.ENODEV, "br9"), (error.Call, error.Number, error.Path));
        error = Assert.Throws<LinuxException>(() => kernel.AddAddress(1, [10, 0, 3, 5], 33, [], "10.0.3.5/33"));
        Assert.Equal(Errno.EINVAL, error.Number);
        Assert.Contains("prefix", kernel.Complaint, StringComparison.OrdinalIgnoreCase);
    });
}
