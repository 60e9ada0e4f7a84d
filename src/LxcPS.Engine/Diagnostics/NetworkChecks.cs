using LxcPS.Native;

namespace LxcPS.Engine.Diagnostics;

/// <summary>Kinds of network interfaces; told from modules and configuration, because a probe would make an interface.</summary>
internal static class NetworkChecks
{
    private static readonly (string Name, string Module, string Option, string Purpose)[] Kinds =
    [
        ("veth", "veth", "CONFIG_VETH", "A cable between a container and the host"),
        ("bridge", "bridge", "CONFIG_BRIDGE", "A switch on the host that containers are plugged into"),
        ("macvlan", "macvlan", "CONFIG_MACVLAN", "Containers with hardware addresses of their own on the host's network"),
        ("ipvlan", "ipvlan", "CONFIG_IPVLAN", "Containers that share the hardware address of the host"),
        ("vlan", "8021q", "CONFIG_VLAN_8021Q", "Containers in a tagged VLAN"),
        ("tun", "tun", "CONFIG_TUN", "VPNs inside containers"),
        ("nftables", "nf_tables", "CONFIG_NF_TABLES", "Address translation for a bridge, and firewalls inside containers"),
    ];

    internal static void Add(CapabilityList list, KernelFacts kernel)
    {
        foreach ((string name, string module, string option, string purpose) in Kinds)
        {
            (bool available, string detail) = kernel.Module(module, option);
            list.Offer(name, available, purpose, detail, $"Install the kernel's module {module}, or run a kernel built with {option}.");
        }

        string? forward = Descriptors.TryReadText("/proc/sys/net/ipv4/ip_forward")?.Trim();
        list.Offer("IPv4 forwarding", forward == "1", "Containers on a bridge of the host's that reach other networks",
            $"net.ipv4.ip_forward is {forward ?? "missing"}", "Turn it on: sysctl net.ipv4.ip_forward=1.");
    }
}
