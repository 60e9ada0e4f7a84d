using System.Globalization;

namespace LxcPS.Engine.Network;

/// <summary>One network device of a container: the keys <c>lxc.net.N.*</c> of one N; see lxc.container.conf(5), "NETWORK".</summary>
public sealed partial class NetworkDevice
{
    /// <summary>The longest name of an interface in bytes, see IFNAMSIZ in netdevice(7).</summary>
    public const int MaximumNameLength = 15;

    private readonly List<DeviceAddress> addresses = [];
    private NetworkType? type;

    internal NetworkDevice(int index) => Index = index;

    /// <summary>The N of its keys.</summary>
    public int Index { get; }

    /// <summary>How it is made.</summary>
    public NetworkType Type => type ?? NetworkType.None;

    /// <summary>The interface of the host that it is linked with; for veth the bridge. Null for none.</summary>
    public string? Link { get; private set; }

    /// <summary>Its name in the container.</summary>
    public string? Name { get; internal set; }

    /// <summary>The name of the host's end of a veth pair, or null for a random one.</summary>
    public string? PairName { get; private set; }

    /// <summary>The largest packet in bytes, or 0 for that of the link.</summary>
    public uint Mtu { get; private set; }

    /// <summary>Its hardware address, 6 bytes, or null for one that the kernel chooses.</summary>
    public byte[]? HardwareAddress { get; private set; }

    /// <summary>Whether it is up from the start.</summary>
    public bool IsUp { get; private set; }

    /// <summary>Its addresses.</summary>
    public IReadOnlyList<DeviceAddress> Addresses => addresses;

    /// <summary>The default route of IPv4, or null for none.</summary>
    public DeviceGateway? Gateway4 { get; private set; }

    /// <summary>The default route of IPv6, or null for none.</summary>
    public DeviceGateway? Gateway6 { get; private set; }

    /// <summary>A program of the host that runs when the device has been made, or null.</summary>
    public string? UpScript { get; private set; }

    /// <summary>A program of the host that runs before the device goes, or null.</summary>
    public string? DownScript { get; private set; }

    /// <summary>Whether the link answers for the container's addresses.</summary>
    public bool IsProxied { get; private set; }

    /// <summary>Whether it is an interface of the container.</summary>
    public bool IsInterface => Type is not (NetworkType.None or NetworkType.Empty);

    /// <summary>The full key of one of its settings.</summary>
    public string KeyOf(string setting) => $"lxc.net.{Index}.{setting}";

    /// <summary>Takes a setting; an empty value clears it.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue, ConfigUnsupported or ConfigUnknownKey, with the key.</exception>
    internal void Take(string setting, string value)
    {
        switch (setting)
        {
            case "type": type = value.Length == 0 ? null : TypeOf(value); break;
            case "link": Link = NameOf(setting, value); break;
            case "name": Name = NameOf(setting, value); break;
            case "veth.pair": PairName = NameOf(setting, value); break;
            case "mtu": Mtu = value.Length == 0 ? 0 : MtuOf(value); break;
            case "hwaddr":
                HardwareAddress = value.Length == 0 ? null : Network.HardwareAddress.TryParse(value)
                    ?? throw Invalid(setting, value,
                        "Write six pairs of hexadecimal digits with colons, the first pair even; an x is replaced by a random digit.");
                break;
            case "flags":
                IsUp = value is "up" || (value.Length == 0 ? false : throw Invalid(setting, value, "The only flag is up."));
                break;
            case "ipv4.address": TakeAddress(setting, value, version6: false); break;
            case "ipv6.address": TakeAddress(setting, value, version6: true); break;
            case "ipv4.gateway": Gateway4 = GatewayOf(setting, value, version6: false); break;
            case "ipv6.gateway": Gateway6 = GatewayOf(setting, value, version6: true); break;
            case "script.up": UpScript = TextOf(value); break;
            case "script.down": DownScript = TextOf(value); break;
            case "l2proxy": IsProxied = NumberOf(setting, value, 1) == 1; break;
            default:
                if (TakeOfType(setting, value))
                {
                    break;
                }

                throw new LxcException(LxcErrorId.ConfigUnknownKey, $"A network device has no key '{setting}'")
                {
                    ConfigKey = KeyOf(setting),
                    Advice = "See lxc.container.conf(5), NETWORK, for the keys.",
                };
        }
    }

    /// <summary>Checks what no single key can tell.</summary>
    internal void Check()
    {
        if (type is null)
        {
            throw new LxcException(LxcErrorId.ConfigInvalidValue, $"The network device {Index} has no type")
            {
                ConfigKey = KeyOf("type"),
                Advice = $"Add {KeyOf("type")} = veth, empty or none.",
            };
        }

        CheckType();

        foreach (DeviceGateway? gateway in (ReadOnlySpan<DeviceGateway?>)[Gateway4, Gateway6])
        {
            if (gateway is null || !IsInterface)
            {
                continue;
            }

            string setting = gateway.IsVersion6 ? "ipv6.gateway" : "ipv4.gateway";
            if (!IsUp)
            {
                throw Invalid(setting, gateway.Text, $"A route needs a device that is up: add {KeyOf("flags")} = up.");
            }

            if (gateway.IsAutomatic && Type is NetworkType.Vlan or NetworkType.Phys)
            {
                throw Invalid(setting, gateway.Text, "The link is a gateway for veth, macvlan and ipvlan alone: write the gateway's address.");
            }

            if (gateway.IsAutomatic && Link is null)
            {
                throw Invalid(setting, gateway.Text, $"The automatic gateway is an address of the link: add {KeyOf("link")}.");
            }
        }
    }

    private NetworkType TypeOf(string value) => value switch
    {
        "none" => NetworkType.None,
        "empty" => NetworkType.Empty,
        "veth" => NetworkType.Veth,
        "macvlan" => NetworkType.Macvlan,
        "ipvlan" => NetworkType.Ipvlan,
        "vlan" => NetworkType.Vlan,
        "phys" => NetworkType.Phys,
        _ => throw Invalid("type", value, "Use veth, macvlan, ipvlan, vlan, phys, empty or none."),
    };

    private string? NameOf(string setting, string value)
    {
        if (value.Length == 0)
        {
            return null;
        }

        // What dev_valid_name of the kernel refuses, and the placeholder of its automatic names.
        bool valid = value is not ("." or "..") && System.Text.Encoding.UTF8.GetByteCount(value) <= MaximumNameLength;
        foreach (char c in value)
        {
            valid &= c is not ('/' or ':' or '%') && !char.IsWhiteSpace(c) && !char.IsControl(c);
        }

        return valid ? value : throw Invalid(setting, value,
            $"A name of an interface has {MaximumNameLength} bytes at most, no space and none of '/', ':' and '%'.");
    }

    private uint MtuOf(string value) =>
        uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint mtu) && mtu is >= 68 and <= 65535
            ? mtu : throw Invalid("mtu", value, "Give a number of bytes from 68 to 65535.");

    private void TakeAddress(string setting, string value, bool version6)
    {
        if (value.Length == 0)
        {
            addresses.RemoveAll(address => address.IsVersion6 == version6);
            return;
        }

        addresses.Add(DeviceAddress.TryParse(value, version6) ?? throw Invalid(setting, value, version6
            ? "Write an address and a prefix length, e.g. 2001:db8::5/64."
            : "Write an address and a prefix length, e.g. 10.0.3.5/24, and if need be a space and the broadcast address."));
    }

    private DeviceGateway? GatewayOf(string setting, string value, bool version6) =>
        value.Length == 0 ? null
        : DeviceGateway.TryParse(value, version6) ?? throw Invalid(setting, value,
            "Write an address, auto for that of the link, or dev for a route to the device.");

    private LxcException Invalid(string setting, string value, string advice) =>
        new(LxcErrorId.ConfigInvalidValue, $"The value '{value}' of '{KeyOf(setting)}' is not valid")
        {
            ConfigKey = KeyOf(setting),
            Advice = advice,
        };
}
