using LxcPS.Native;

namespace LxcPS.Engine.Network;

/// <summary>Where the default route of a container leads: <c>lxc.net.N.ipv4.gateway</c> and <c>lxc.net.N.ipv6.gateway</c>.</summary>
public sealed class DeviceGateway
{
    private DeviceGateway(byte[]? address, bool isAutomatic, bool isVersion6, string text)
    {
        Address = address;
        IsAutomatic = isAutomatic;
        IsVersion6 = isVersion6;
        Text = text;
    }

    /// <summary>The next hop, 4 or 16 bytes in network order; null for a route to the device itself, or for one that is not found yet.</summary>
    public byte[]? Address { get; private set; }

    /// <summary>Whether it is the address of the device's link on the host (<c>auto</c>).</summary>
    public bool IsAutomatic { get; }

    /// <summary>Whether it is the IPv6 one.</summary>
    public bool IsVersion6 { get; }

    /// <summary>The value it was read from, for messages.</summary>
    public string Text { get; }

    /// <summary>Reads <c>auto</c>, <c>dev</c> or an address; null when the text is none of them.</summary>
    public static DeviceGateway? TryParse(string text, bool version6)
    {
        if (text is "auto" or "dev")
        {
            return new DeviceGateway(null, text == "auto", version6, text);
        }

        return InternetAddress.TryParse(text, version6) is { } address ? new DeviceGateway(address, false, version6, text) : null;
    }

    /// <summary>Fills in what <c>auto</c> stands for.</summary>
    internal void Resolve(byte[] address) => Address = address;
}
