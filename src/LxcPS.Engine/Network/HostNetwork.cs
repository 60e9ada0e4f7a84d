using LxcPS.Native;

namespace LxcPS.Engine.Network;

/// <summary>The host's side of a container's network.</summary>
public static partial class HostNetwork
{
    private const int NameAttempts = 16;

    /// <summary>Finds what <c>auto</c> gateways stand for: the first address of the link. To be called before the container's process exists.</summary>
    /// <exception cref="LxcException">NetworkFailed: the link is missing or has no address, with the key.</exception>
    public static void ResolveGateways(NetworkPlan plan)
    {
        Rtnetlink? kernel = null;
        List<NetworkLinkAddress>? addresses = null;
        try
        {
            foreach (NetworkDevice device in plan.Devices)
            {
                foreach (DeviceGateway? gateway in (ReadOnlySpan<DeviceGateway?>)[device.Gateway4, device.Gateway6])
                {
                    if (gateway is not { IsAutomatic: true } || !device.IsInterface)
                    {
                        continue;
                    }

                    kernel ??= new Rtnetlink();
                    NetworkLink link = FindLink(kernel, device);
                    addresses ??= kernel.Addresses();
                    gateway.Resolve(FirstOf(addresses, link.Index, gateway.IsVersion6)
                        ?? throw new LxcException(LxcErrorId.NetworkFailed, $"The link '{device.Link}' has no address that could be the gateway")
                        {
                            Step = "network",
                            ConfigKey = device.KeyOf(gateway.IsVersion6 ? "ipv6.gateway" : "ipv4.gateway"),
                            Advice = "Give the link an address, or write the gateway's address instead of auto.",
                        });
                }
            }
        }
        finally
        {
            kernel?.Dispose();
        }
    }

    /// <summary>What of the host is in the way of the devices of a plan; nothing is made.</summary>
    public static IReadOnlyList<LxcException> Check(NetworkPlan plan)
    {
        List<LxcException> problems = [];
        using Rtnetlink kernel = new();
        foreach (NetworkDevice device in plan.Devices.Where(device => device.Type == NetworkType.Veth))
        {
            try
            {
                if (device.Link is { } link && FindLink(kernel, device).Index > 0 && !TakesPorts(link))
                {
                    throw Refused(device, "link", $"the interface '{link}' is no bridge", $"See that '{link}' is a bridge, and that the kernel has veth (modprobe veth).");
                }

                if (device.PairName is { } pair && kernel.FindLink(pair) is not null)
                {
                    throw Refused(device, "veth.pair", $"the host has an interface '{pair}'", AdviceFor(Errno.EEXIST, device));
                }
            }
            catch (LxcException e)
            {
                problems.Add(e);
            }
        }

        return problems;

        static LxcException Refused(NetworkDevice device, string setting, string reason, string advice) =>
            new(LxcErrorId.NetworkFailed, $"The network device {device.Index} ({device.Name}) cannot be made: {reason}")
            {
                Step = "network",
                ConfigKey = device.KeyOf(setting),
                Advice = advice,
            };
    }

    // Drivers that the kernel lets be the master of another interface say what they are; see DEVTYPE in Documentation/ABI/testing/sysfs-class-net.
    private static bool TakesPorts(string link)
    {
        string path = "/sys/class/net/" + link;
        return FileTree.Exists(path + "/bridge") || FileTree.Exists(path + "/bonding")
            || Descriptors.ReadText(path + "/uevent").Split('\n').Any(line => line is "DEVTYPE=vrf" or "DEVTYPE=team" or "DEVTYPE=hsr");
    }

    /// <summary>Makes the devices of a plan: all of them, or none and an error.</summary>
    /// <param name="plan">What to make.</param>
    /// <param name="initPid">A process in the container's network namespace.</param>
    /// <returns>What the host has of each; its Remove unmakes that.</returns>
    /// <exception cref="LxcException">NetworkFailed, with the key.</exception>
    public static IReadOnlyList<HostLink> Create(NetworkPlan plan, int initPid)
    {
        List<HostLink> links = [];
        Rtnetlink? kernel = null;
        try
        {
            foreach (NetworkDevice device in plan.Devices)
            {
                if (device.Type == NetworkType.None)
                {
                    continue;
                }

                HostLink link = new(device);
                links.Add(link);
                if (device.IsInterface)
                {
                    kernel ??= new Rtnetlink();
                    Make(kernel, link, initPid);
                }
            }

            return links;
        }
        catch
        {
            foreach (HostLink link in links)
            {
                TryRemove(link);
            }

            throw;
        }
        finally
        {
            kernel?.Dispose();
        }
    }

    /// <summary>Removes an interface of the host; one that is gone already is no error.</summary>
    /// <exception cref="LxcException">NetworkFailed.</exception>
    public static void Remove(string name)
    {
        using Rtnetlink kernel = new();
        try
        {
            kernel.Delete(name);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.NetworkFailed, $"The interface '{name}' could not be removed: {e.Message}", e)
            {
                Step = "network",
                Advice = "It is removed with the last process of the container.",
            };
        }
    }

    /// <summary>Has an interface of the host answer no more for an address, nor keep the route that goes with that; it is no error if neither is there.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static void RemoveProxy(string link, string address)
    {
        using Rtnetlink kernel = new();
        byte[] bytes = System.Net.IPAddress.Parse(address).GetAddressBytes();
        kernel.RemoveRoute(Rtnetlink.LoopbackIndex, bytes, bytes.Length * 8);
        if (kernel.FindLink(link) is { } found)
        {
            kernel.RemoveProxy(found.Index, bytes);
        }
    }

    /// <summary>Whether the host has an interface of that name.</summary>
    public static bool Exists(string name)
    {
        using Rtnetlink kernel = new();
        return kernel.FindLink(name) is not null;
    }

    private static void Make(Rtnetlink kernel, HostLink made, int initPid)
    {
        NetworkDevice device = made.Device;
        string setting = "link";
        try
        {
            NetworkLink? link = device.Link is null ? null : FindLink(kernel, device);
            switch (device.Type)
            {
                case NetworkType.Veth:
                    setting = device.PairName is null ? "type" : "veth.pair";
                    made.Name = CreatePair(kernel, device, link, initPid);
                    SetUpHostEnd(kernel, made, link, ref setting);
                    break;
                case NetworkType.Phys:
                    made.Lend(kernel, link!.Value, initPid);
                    break;
                default:
                    setting = "type";
                    kernel.CreateLink(UpperLink(device, link!.Value, initPid));
                    made.Follow(initPid);
                    break;
            }

            if (device.IsProxied)
            {
                setting = "l2proxy";
                AddProxies(kernel, made, link!.Value);
            }
        }
        catch (LinuxException e)
        {
            string complaint = kernel.Complaint.Length == 0 ? string.Empty : $" ({kernel.Complaint})";
            throw new LxcException(LxcErrorId.NetworkFailed, $"The network device {device.Index} ({device.Name}) could not be made: {e.Message}{complaint}", e)
            {
                Step = "network",
                // A pair is made and put into its bridge by one call.
                ConfigKey = device.KeyOf(setting == "type" && device is { Type: NetworkType.Veth, Link: not null } && e.Number is Errno.EOPNOTSUPP or Errno.EINVAL
                    ? "link" : setting),
                Advice = AdviceFor(e.Number, device),
            };
        }
    }

    private static NetworkLink FindLink(Rtnetlink kernel, NetworkDevice device) =>
        kernel.FindLink(device.Link!) ?? throw new LxcException(LxcErrorId.NetworkFailed,
            $"The host has no interface '{device.Link}' for the network device {device.Index}")
        {
            Step = "network",
            ConfigKey = device.KeyOf("link"),
            Advice = device.Type == NetworkType.Veth ? $"Create the bridge '{device.Link}', e.g. by starting lxc-net, or correct the key."
                : $"Correct {device.KeyOf("link")}: ip link shows the interfaces that there are.",
        };

    // Global addresses first: a bridge has a link-local IPv6 address of its own accord.
    private static byte[]? FirstOf(List<NetworkLinkAddress> addresses, int index, bool version6)
    {
        byte[]? found = null;
        foreach (NetworkLinkAddress address in addresses)
        {
            if (address.Index != index || (address.Address.Length == 16) != version6)
            {
                continue;
            }

            if (address.IsGlobal)
            {
                return address.Address;
            }

            found ??= address.Address;
        }

        return found;
    }

    private static string RandomName()
    {
        const string Characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        Span<char> name = ['v', 'e', 't', 'h', 'X', 'X', 'X', 'X', 'X', 'X'];
        for (int i = 4; i < name.Length; i++)
        {
            name[i] = Characters[Random.Shared.Next(Characters.Length)];
        }

        return new string(name);
    }

    private static string AdviceFor(int errno, NetworkDevice device) => errno switch
    {
        Errno.EPERM => $"Making an interface of the host needs CAP_NET_ADMIN: start the container as root, or use {device.KeyOf("type")} = empty.",
        Errno.EOPNOTSUPP when device.Type != NetworkType.Veth =>
            $"The kernel has no interfaces of type {device.Type.ToString().ToLowerInvariant()}: try modprobe {(device.Type == NetworkType.Vlan ? "8021q" : device.Type.ToString().ToLowerInvariant())}.",
        Errno.EBUSY when device.Type != NetworkType.Veth =>
            $"See what else uses '{device.Link}': a bridge or another kind of interface upon it keeps it for itself.",
        Errno.EEXIST when device.PairName is not null => $"The host has an interface '{device.PairName}': correct or remove {device.KeyOf("veth.pair")}.",
        Errno.EOPNOTSUPP or Errno.EINVAL when device.Link is not null => $"See that '{device.Link}' is a bridge, and that the kernel has veth (modprobe veth).",
        Errno.EOPNOTSUPP => "The kernel has no veth: try modprobe veth.",
        _ => $"See the keys lxc.net.{device.Index}.* in the container's configuration.",
    };

    private static void TryRemove(HostLink link)
    {
        try
        {
            link.Remove();
        }
        catch (LxcException)
        {
            // The first failure is the one that is told; the interface goes with the container's namespace.
        }
    }
}
