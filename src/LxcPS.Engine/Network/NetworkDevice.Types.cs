using System.Globalization;

namespace LxcPS.Engine.Network;

/// <content>What the types of a device have of their own.</content>
public sealed partial class NetworkDevice
{
    private readonly List<(string Setting, DeviceAddress Destination)> routes = [];
    private readonly List<ushort> taggedVlans = [];
    private ushort? vlan;

    /// <summary>veth: whether the host routes to the container instead of bridging.</summary>
    public bool IsRouted { get; private set; }

    /// <summary>veth: routes of the host to the container.</summary>
    public IReadOnlyList<(string Setting, DeviceAddress Destination)> Routes => routes;

    /// <summary>veth: whether the host routes IPv6 to the container.</summary>
    public bool NeedsVersion6 =>
        routes.Exists(route => route.Destination.IsVersion6) || (IsRouted && (Gateway6 is not null || addresses.Exists(address => address.IsVersion6)));

    /// <summary>veth: the number of receive queues, or 0.</summary>
    public uint ReceiveQueues { get; private set; }

    /// <summary>veth: the number of transmit queues, or 0.</summary>
    public uint TransmitQueues { get; private set; }

    /// <summary>veth: the VLAN of untagged packets on the bridge; 0 for none, null for the bridge's own.</summary>
    public ushort? NativeVlan { get; private set; }

    /// <summary>veth: the VLANs of tagged packets on the bridge.</summary>
    public IReadOnlyList<ushort> TaggedVlans => taggedVlans;

    /// <summary>vlan: its number.</summary>
    public ushort Vlan => vlan ?? 0;

    /// <summary>macvlan: how it exchanges packets with its siblings, see MACVLAN_MODE_ of linux/if_link.h.</summary>
    public uint MacvlanMode { get; private set; } = 1;

    /// <summary>ipvlan: the layer that it works on, see IPVLAN_MODE_.</summary>
    public ushort IpvlanMode { get; private set; } = 1;

    /// <summary>ipvlan: how it exchanges packets with its siblings, see IPVLAN_F_.</summary>
    public ushort IpvlanIsolation { get; private set; }

    private bool TakeOfType(string setting, string value)
    {
        switch (setting)
        {
            case "veth.mode":
                IsRouted = value switch { "" or "bridge" => false, "router" => true, _ => throw Invalid(setting, value, "Use bridge or router.") };
                return true;
            case "veth.ipv4.route": TakeRoute(setting, value, version6: false); return true;
            case "veth.ipv6.route": TakeRoute(setting, value, version6: true); return true;
            case "veth.n_rxqueues": ReceiveQueues = NumberOf(setting, value, 4096); return true;
            case "veth.n_txqueues": TransmitQueues = NumberOf(setting, value, 4096); return true;
            case "veth.vlan.id": NativeVlan = value switch { "" => null, "none" => 0, _ => VlanOf(setting, value) }; return true;
            case "veth.vlan.tagged.id": TakeTagged(setting, value); return true;
            case "vlan.id": vlan = value.Length == 0 ? null : VlanOf(setting, value); return true;
            case "macvlan.mode":
                MacvlanMode = value switch
                {
                    "" or "private" => 1,
                    "vepa" => 2,
                    "bridge" => 4,
                    "passthru" => 8,
                    _ => throw Invalid(setting, value, "Use private, vepa, bridge or passthru."),
                };
                return true;
            case "ipvlan.mode":
                IpvlanMode = value switch { "l2" => 0, "" or "l3" => 1, "l3s" => 2, _ => throw Invalid(setting, value, "Use l3, l3s or l2.") };
                return true;
            case "ipvlan.isolation":
                IpvlanIsolation = value switch { "" or "bridge" => 0, "private" => 1, "vepa" => 2, _ => throw Invalid(setting, value, "Use bridge, private or vepa.") };
                return true;
            default:
                return false;
        }
    }

    private void CheckType()
    {
        if (Link is null && (Type is NetworkType.Macvlan or NetworkType.Ipvlan or NetworkType.Vlan or NetworkType.Phys || IsProxied))
        {
            throw Missing("link", IsProxied ? "is to be answered for on no interface of the host" : "is made of no interface of the host");
        }

        if (Type == NetworkType.Vlan && vlan is null)
        {
            throw Missing("vlan.id", "has no number");
        }

        if (Type == NetworkType.Ipvlan && HardwareAddress is not null)
        {
            throw Invalid("hwaddr", Convert.ToHexString(HardwareAddress), "An ipvlan interface has the hardware address of its link: remove the line.");
        }

        if ((NativeVlan is not null || taggedVlans.Count > 0) && (Type != NetworkType.Veth || IsRouted || Link is null))
        {
            string setting = NativeVlan is not null ? "veth.vlan.id" : "veth.vlan.tagged.id";
            throw Invalid(setting, (NativeVlan ?? taggedVlans[0]).ToString(CultureInfo.InvariantCulture), "Only a veth device on a bridge can be in VLANs of the bridge.");
        }
    }

    private LxcException Missing(string setting, string what) => new(LxcErrorId.ConfigInvalidValue, $"The network device {Index} {what}")
    {
        ConfigKey = KeyOf(setting),
        Advice = $"Add {KeyOf(setting)}.",
    };

    private void TakeRoute(string setting, string value, bool version6)
    {
        if (value.Length == 0)
        {
            routes.RemoveAll(route => route.Setting == setting);
            return;
        }

        DeviceAddress? destination = value.Contains('/') ? DeviceAddress.TryParse(value, version6) : null;
        routes.Add((setting, destination ?? throw Invalid(setting, value, $"Write a network and its prefix length, e.g. {(version6 ? "2001:db8::/64" : "10.0.9.0/24")}.")));
    }

    private void TakeTagged(string setting, string value)
    {
        if (value.Length == 0)
        {
            taggedVlans.Clear();
            return;
        }

        taggedVlans.Add(VlanOf(setting, value));
    }

    private ushort VlanOf(string setting, string value) =>
        NumberOf(setting, value, 4094) is > 0 and uint number ? (ushort)number : throw Invalid(setting, value, "Give a number from 1 to 4094.");

    private uint NumberOf(string setting, string value, uint most) =>
        value.Length == 0 ? 0 : uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) && number <= most ? number
        : throw Invalid(setting, value, $"Give a number from 0 to {most}.");

    private static string? TextOf(string value) => value.Length == 0 ? null : value;
}
