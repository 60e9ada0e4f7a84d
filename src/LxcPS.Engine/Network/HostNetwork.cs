using LxcPS.Native;

namespace LxcPS.Engine.Network;

/// <summary>The host's side of a container's network.</summary>
public static class HostNetwork
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
                    if (gateway is not { IsAutomatic: true } || device.Type != NetworkType.Veth)
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
    /// <returns>The names of the interfaces that are on the host.</returns>
    /// <exception cref="LxcException">NetworkFailed, with the key.</exception>
    public static IReadOnlyList<string> Create(NetworkPlan plan, int initPid)
    {
        List<string> names = [];
        Rtnetlink? kernel = null;
        try
        {
            foreach (NetworkDevice device in plan.Devices)
            {
                if (device.Type == NetworkType.Veth)
                {
                    kernel ??= new Rtnetlink();
                    CreateVeth(kernel, device, initPid, names);
                }
            }

            return names;
        }
        catch
        {
            foreach (string name in names)
            {
                TryRemove(kernel!, name);
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

    /// <summary>Whether the host has an interface of that name.</summary>
    public static bool Exists(string name)
    {
        using Rtnetlink kernel = new();
        return kernel.FindLink(name) is not null;
    }

    private static void CreateVeth(Rtnetlink kernel, NetworkDevice device, int initPid, List<string> names)
    {
        string setting = "link";
        try
        {
            NetworkLink? link = device.Link is null ? null : FindLink(kernel, device);
            setting = device.PairName is null ? "type" : "veth.pair";
            string name = CreatePair(kernel, device, link, initPid);
            names.Add(name);
            setting = "link";
            if (link is not null)
            {
                DisableVersion6(name);
            }

            kernel.SetUp(name);
        }
        catch (LinuxException e)
        {
            string complaint = kernel.Complaint.Length == 0 ? string.Empty : $" ({kernel.Complaint})";
            throw new LxcException(LxcErrorId.NetworkFailed, $"The network device {device.Index} ({device.Name}) could not be made: {e.Message}{complaint}", e)
            {
                Step = "network",
                ConfigKey = device.KeyOf(device.Link is not null && e.Number is Errno.EOPNOTSUPP or Errno.EINVAL ? "link" : setting),
                Advice = AdviceFor(e.Number, device),
            };
        }
    }

    private static string CreatePair(Rtnetlink kernel, NetworkDevice device, NetworkLink? link, int initPid)
    {
        for (int attempt = 1; ; attempt++)
        {
            VethPair pair = new()
            {
                Name = device.PairName ?? RandomName(),
                HardwareAddress = HardwareAddress.ForHostEnd(),
                Master = link?.Index ?? 0,
                Mtu = device.Mtu != 0 ? device.Mtu : link?.Mtu ?? 0,
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

    private static NetworkLink FindLink(Rtnetlink kernel, NetworkDevice device) =>
        kernel.FindLink(device.Link!) ?? throw new LxcException(LxcErrorId.NetworkFailed,
            $"The host has no interface '{device.Link}' for the network device {device.Index}")
        {
            Step = "network",
            ConfigKey = device.KeyOf("link"),
            Advice = $"Create the bridge '{device.Link}', e.g. by starting lxc-net, or correct the key.",
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
        Errno.EEXIST => $"The host has an interface '{device.PairName}': correct or remove {device.KeyOf("veth.pair")}.",
        Errno.EOPNOTSUPP or Errno.EINVAL when device.Link is not null => $"See that '{device.Link}' is a bridge, and that the kernel has veth (modprobe veth).",
        Errno.EOPNOTSUPP => "The kernel has no veth: try modprobe veth.",
        _ => $"See the keys lxc.net.{device.Index}.* in the container's configuration.",
    };

    private static void TryRemove(Rtnetlink kernel, string name)
    {
        try
        {
            kernel.Delete(name);
        }
        catch (LinuxException)
        {
            // The first failure is the one that is told; the interface goes with the container's namespace.
        }
    }
}
