using LxcPS.Native;

namespace LxcPS.Engine.Network;

/// <content>The types of devices.</content>
public static partial class HostNetwork
{
    private static string CreatePair(Rtnetlink kernel, NetworkDevice device, NetworkLink? link, int initPid)
    {
        for (int attempt = 1; ; attempt++)
        {
            VethPair pair = new()
            {
                Name = device.PairName ?? RandomName(),
                HardwareAddress = HardwareAddress.ForHostEnd(),
                Master = device.IsRouted ? 0 : link?.Index ?? 0,
                Mtu = device.Mtu != 0 ? device.Mtu : link?.Mtu ?? 0,
                ReceiveQueues = device.ReceiveQueues,
                TransmitQueues = device.TransmitQueues,
                PeerName = device.Name!,
                PeerHardwareAddress = device.HardwareAddress,
                PeerNamespaceOf = initPid,
            };
            try
            {
                kernel.CreateVeth(pair);
                return pair.Name;
            }
            catch (LinuxException e) when (e.Number == Errno.EEXIST && device.PairName is null && attempt < NameAttempts)
            {
                // Another container has drawn the same name.
            }
        }
    }

    private static void SetUpHostEnd(Rtnetlink kernel, HostLink made, NetworkLink? link, ref string setting)
    {
        NetworkDevice device = made.Device;
        string name = made.Name!;
        int index = (kernel.FindLink(name) ?? throw new LinuxException("RTM_GETLINK", Errno.ENODEV, name)).Index;
        if (device.NeedsVersion6)
        {
            Descriptors.WriteText($"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "0");
        }
        else if (link is not null && !device.IsRouted)
        {
            DisableVersion6(name);
        }

        if (device.NativeVlan is not null || device.TaggedVlans.Count > 0)
        {
            setting = device.NativeVlan is not null ? "veth.vlan.id" : "veth.vlan.tagged.id";
            JoinVlans(kernel, device, index);
        }

        setting = "link";
        kernel.SetUp(name);
        if (device.IsRouted)
        {
            setting = "veth.mode";
            Route(kernel, made, name, index);
        }

        foreach ((string route, DeviceAddress destination) in device.Routes)
        {
            setting = route;
            int error = kernel.TryAddRoute(index, destination.IsVersion6 ? Rtnetlink.AF_INET6 : Rtnetlink.AF_INET,
                destination.Address, destination.PrefixLength, []);
            if (error != 0)
            {
                throw new LinuxException("RTM_NEWROUTE", error, destination.Text);
            }
        }
    }

    // The host routes to the container's addresses, and answers for its gateway, which nobody has. All of it goes with the interface.
    private static void Route(Rtnetlink kernel, HostLink made, string name, int index)
    {
        NetworkDevice device = made.Device;
        foreach (DeviceAddress address in device.Addresses)
        {
            int error = kernel.TryAddRoute(index, address.IsVersion6 ? Rtnetlink.AF_INET6 : Rtnetlink.AF_INET, address.Address, address.Address.Length * 8, []);
            if (error != 0)
            {
                throw new LinuxException("RTM_NEWROUTE", error, address.Text);
            }
        }

        foreach (DeviceGateway? gateway in (ReadOnlySpan<DeviceGateway?>)[device.Gateway4, device.Gateway6])
        {
            if (gateway?.Address is not { } address)
            {
                continue;
            }

            string version = gateway.IsVersion6 ? "ipv6" : "ipv4";
            Descriptors.WriteText($"/proc/sys/net/{version}/conf/{name}/forwarding", "1");
            if (gateway.IsVersion6)
            {
                Descriptors.WriteText($"/proc/sys/net/ipv6/conf/{name}/proxy_ndp", "1");
            }

            kernel.AddProxy(index, address, gateway.Text);
        }
    }

    private static void JoinVlans(Rtnetlink kernel, NetworkDevice device, int index)
    {
        string bridge = $"/sys/class/net/{device.Link}/bridge";
        if (!FileTree.Exists(bridge + "/vlan_filtering") || Descriptors.ReadText(bridge + "/vlan_filtering").Trim() != "1")
        {
            string setting = device.NativeVlan is not null ? "veth.vlan.id" : "veth.vlan.tagged.id";
            throw new LxcException(LxcErrorId.NetworkFailed, $"The link '{device.Link}' is no bridge that tells VLANs apart")
            {
                Step = "network",
                ConfigKey = device.KeyOf(setting),
                Advice = $"Run: ip link set {device.Link} type bridge vlan_filtering 1, with a kernel that has it (CONFIG_BRIDGE_VLAN_FILTERING).",
            };
        }

        if (device.NativeVlan is { } native)
        {
            ushort present = ushort.Parse(Descriptors.ReadText(bridge + "/default_pvid").Trim());
            if (present != native && present != 0)
            {
                kernel.RemovePortVlan(index, present);
            }

            if (present != native && native != 0)
            {
                kernel.AddPortVlan(index, native, untagged: true);
            }
        }

        foreach (ushort vlan in device.TaggedVlans)
        {
            kernel.AddPortVlan(index, vlan, untagged: false);
        }
    }

    private static LinkRequest UpperLink(NetworkDevice device, NetworkLink link, int initPid) => new()
    {
        // Numbers: linux/if_link.h; the names of the kinds are those of LXC.
        Kind = device.Type.ToString().ToLowerInvariant(),
        Name = device.Name!,
        Lower = link.Index,
        NamespaceOf = initPid,
        HardwareAddress = device.HardwareAddress,
        Mtu = device.Mtu,
        Data = device.Type switch
        {
            NetworkType.Macvlan => [(1 /* IFLA_MACVLAN_MODE */, BitConverter.GetBytes(device.MacvlanMode))],
            NetworkType.Ipvlan =>
                [(1 /* IFLA_IPVLAN_MODE */, BitConverter.GetBytes(device.IpvlanMode)), (2 /* IFLA_IPVLAN_FLAGS */, BitConverter.GetBytes(device.IpvlanIsolation))],
            _ => [(1 /* IFLA_VLAN_ID */, BitConverter.GetBytes(device.Vlan))],
        },
    };

    private static void AddProxies(Rtnetlink kernel, HostLink made, NetworkLink link)
    {
        foreach (DeviceAddress address in made.Device.Addresses)
        {
            foreach (string sysctl in address.IsVersion6 ? (ReadOnlySpan<string>)["ipv6/conf/{0}/forwarding", "ipv6/conf/{0}/proxy_ndp"] : ["ipv4/conf/{0}/forwarding"])
            {
                string path = sysctl.Replace("{0}", link.Name);
                if (Descriptors.ReadText("/proc/sys/net/" + path).Trim() != "1")
                {
                    throw new LxcException(LxcErrorId.NetworkFailed, $"The link '{link.Name}' does not forward: net/{path} is not 1")
                    {
                        Step = "network",
                        ConfigKey = made.Device.KeyOf("l2proxy"),
                        Advice = $"Run: sysctl net/{path}=1",
                    };
                }
            }

            made.AddProxy(kernel, link.Index, address);
            if (made.Device.Type == NetworkType.Ipvlan)
            {
                // The kernel answers for no address that it would reach over the interface that was asked.
                made.AddRoute(kernel, Rtnetlink.LoopbackIndex, address);
            }
        }
    }

    // A port of a bridge carries the container's traffic and has none of its own: no link-local address, no answers to router advertisements.
    private static void DisableVersion6(string name)
    {
        try
        {
            Descriptors.WriteText($"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "1");
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.EROFS)
        {
            // A kernel without IPv6, or a host that is itself a container: the address does no harm there.
        }
    }
}
