using System.Net;
using LxcPS.Engine;
using LxcPS.Engine.Network;
using LxcPS.Native;
using Xunit;

namespace LxcPS.Tests;

public class HostNetworkTests
{
    [Fact]
    public void AContainerGetsItsDevicesAddressesAndRoutes()
    {
        NetworkPlan plan = NetworkPlanTests.Parse(
            "lxc.net.0.type = veth", "lxc.net.0.link = br0", "lxc.net.0.flags = up", "lxc.net.0.hwaddr = 00:16:3e:00:00:07",
            "lxc.net.0.ipv4.address = 10.9.8.5/24", "lxc.net.0.ipv4.gateway = auto", "lxc.net.0.ipv6.address = 2001:db8::5/64",
            "lxc.net.0.ipv6.gateway = auto",
            "lxc.net.1.type = veth", "lxc.net.1.name = data", "lxc.net.1.veth.pair = vethdata", "lxc.net.1.mtu = 1300");
        IReadOnlyList<string> names = [];
        NetworkSandbox.RunPair(
            pid =>
            {
                NetworkSandbox.CreateBridge("br0", "10.9.8.1");
                using Rtnetlink kernel = new();
                kernel.AddAddress(kernel.FindLink("br0")!.Value.Index, InternetAddress.TryParse("2001:db8::1", true), 64, [], "2001:db8::1");
                HostNetwork.ResolveGateways(plan);
                names = [.. HostNetwork.Create(plan, pid).Select(link => link.Name!)];
                Assert.Equal(2, names.Count);
                Assert.Matches("^veth[0-9A-Za-z]{6}$", names[0]);
                Assert.Equal("vethdata", names[1]);
                Assert.True(HostNetwork.Exists(names[0]));
                Assert.True(kernel.FindLink(names[0])!.Value.IsUp);
                Assert.Equal(1400u, kernel.FindLink(names[0])!.Value.Mtu);
                Assert.Equal("br0", BridgeOf(names[0]));
                Assert.Equal("1", Descriptors.ReadText($"/proc/sys/net/ipv6/conf/{names[0]}/disable_ipv6").Trim());
            },
            () =>
            {
                ContainerNetwork.Configure(plan);
                using Rtnetlink kernel = new();
                Assert.True(kernel.FindLink("lo")!.Value.IsUp);
                Assert.True(kernel.FindLink("eth0")!.Value.IsUp);
                Assert.Equal(1400u, kernel.FindLink("eth0")!.Value.Mtu);
                Assert.False(kernel.FindLink("data")!.Value.IsUp);
                Assert.Equal(1300u, kernel.FindLink("data")!.Value.Mtu);
                string routes = Descriptors.ReadText("/proc/thread-self/net/route");
                Assert.Contains("eth0\t00000000\t0108090A", routes);
                Assert.Contains("20010db8000000000000000000000001", Descriptors.ReadText("/proc/thread-self/net/ipv6_route"));
            });
    }

    [Fact]
    public void AddressesAreReadFromOutside()
    {
        NetworkPlan plan = NetworkPlanTests.Parse("lxc.net.0.type = veth", "lxc.net.0.flags = up", "lxc.net.0.ipv4.address = 10.9.8.5/24",
            "lxc.net.0.ipv6.address = 2001:db8::5/64");
        int inner = 0;
        Exception? failure = null;
        NetworkSandbox.RunPair(
            pid =>
            {
                inner = pid;
                HostNetwork.Create(plan, pid);
            },
            () =>
            {
                ContainerNetwork.Configure(plan);

                // A thread of the machine's own namespace, as a cmdlet's is.
                Thread reader = new(() =>
                {
                    try
                    {
                        IReadOnlyList<InterfaceAddress> addresses = NetworkAddresses.Of(inner);
                        Assert.Equal([new InterfaceAddress("eth0", IPAddress.Parse("10.9.8.5"), 24), new InterfaceAddress("eth0", IPAddress.Parse("2001:db8::5"), 64)], addresses);
                        InterfaceStatistics eth0 = Assert.Single(InterfaceStatistics.Of(inner), row => row.Interface == "eth0");
                        Assert.True(eth0.ReceivedBytes >= 0);
                        Assert.Empty(NetworkAddresses.Of(int.MaxValue));
                        Assert.Empty(InterfaceStatistics.Of(int.MaxValue));
                    }
                    catch (Exception e)
                    {
                        failure = e;
                    }
                });
                reader.UnsafeStart();
                reader.Join();
            });
        Assert.Null(failure);
    }

    [Fact]
    public void AGatewayOutsideItsNetworkIsReachedOverTheLink()
    {
        NetworkPlan plan = NetworkPlanTests.Parse("lxc.net.0.type = veth", "lxc.net.0.flags = up", "lxc.net.0.ipv4.address = 10.9.8.5/32",
            "lxc.net.0.ipv4.gateway = 10.1.1.1", "lxc.net.0.ipv6.gateway = dev");
        NetworkSandbox.RunPair(pid => HostNetwork.Create(plan, pid), () =>
        {
            ContainerNetwork.Configure(plan);
            string routes = Descriptors.ReadText("/proc/thread-self/net/route");
            Assert.Contains("eth0\t00000000\t0101010A", routes);
            Assert.Contains("eth0\t0101010A\t00000000", routes);
        });
    }

    [Fact]
    public void AFailureLeavesNothingAndNamesTheKey()
    {
        NetworkPlan plan = NetworkPlanTests.Parse("lxc.net.0.type = veth", "lxc.net.0.veth.pair = vethfirst", "lxc.net.1.type = veth", "lxc.net.1.link = br9");
        NetworkPlan taken = NetworkPlanTests.Parse("lxc.net.0.type = veth", "lxc.net.0.veth.pair = br0");
        NetworkPlan noBridge = NetworkPlanTests.Parse("lxc.net.0.type = veth", "lxc.net.0.link = lo");
        NetworkPlan noAddress = NetworkPlanTests.Parse("lxc.net.0.type = veth", "lxc.net.0.flags = up", "lxc.net.0.link = br0", "lxc.net.0.ipv4.gateway = auto");
        NetworkSandbox.RunPair(
            pid =>
            {
                LxcException error = Assert.Throws<LxcException>(() => HostNetwork.Create(plan, pid));
                Assert.Equal((LxcErrorId.NetworkFailed, "lxc.net.1.link"), (error.ErrorId, error.ConfigKey));
                Assert.False(HostNetwork.Exists("vethfirst"));

                NetworkSandbox.CreateBridge("br0");
                error = Assert.Throws<LxcException>(() => HostNetwork.Create(taken, pid));
                Assert.Equal(("lxc.net.0.veth.pair", Errno.EEXIST), (error.ConfigKey, error.Errno));
                Assert.Contains("'br0'", error.Message);

                error = Assert.Throws<LxcException>(() => HostNetwork.Create(noBridge, pid));
                Assert.Equal(LxcErrorId.NetworkFailed, error.ErrorId);
                using Rtnetlink kernel = new();
                Assert.DoesNotContain(kernel.Links(), link => link.Name.StartsWith("veth", StringComparison.Ordinal));

                error = Assert.Throws<LxcException>(() => HostNetwork.ResolveGateways(noAddress));
                Assert.Equal("lxc.net.0.ipv4.gateway", error.ConfigKey);
            },
            () =>
            {
            });
    }

    [Fact]
    public void RemovingTwiceIsNoError()
    {
        NetworkPlan plan = NetworkPlanTests.Parse("lxc.net.0.type = veth");
        NetworkSandbox.RunPair(
            pid =>
            {
                string name = Assert.Single(HostNetwork.Create(plan, pid)).Name!;
                HostNetwork.Remove(name);
                Assert.False(HostNetwork.Exists(name));
                HostNetwork.Remove(name);
            },
            () =>
            {
                using Rtnetlink kernel = new();
                Assert.Null(kernel.FindLink("eth0"));
            });
    }

    [Fact]
    public void TheTableOfInterfacesIsRead()
    {
        const string table =
            "Inter-|   Receive                                                |  Transmit\n" +
            " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n" +
            "    lo: 1000 10 0 0 0 0 0 0 1000 10 0 0 0 0 0 0\n" +
            "  eth0:7612345 81 0 1 0 0 0 3 4096 32 0 0 0 0 0 0\n";
        Assert.Equal([new InterfaceStatistics("eth0", 7612345, 81, 4096, 32)], InterfaceStatistics.Parse(table));
    }

    // sysfs shows the namespace it was mounted in; the bridge's own list of ports is asked for instead.
    private static string BridgeOf(string port)
    {
        using NetlinkSocket socket = new();
        uint master = 0;
        NetlinkMessage message = new NetlinkMessage(18 /* RTM_GETLINK */, NetlinkMessage.NLM_F_ACK).Append(stackalloc byte[16]).Add(3 /* IFLA_IFNAME */, port);
        socket.Request(message, "RTM_GETLINK", port, (_, body) =>
        {
            NetlinkAttributes attributes = new(body[16..]);
            while (attributes.Next())
            {
                master = attributes.Type == 10 /* IFLA_MASTER */ ? attributes.Number : master;
            }
        });
        using Rtnetlink kernel = new();
        return kernel.Links().Single(link => link.Index == master).Name;
    }
}
