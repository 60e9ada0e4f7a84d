using LxcPS.Native;

namespace LxcPS.Engine.Network;

/// <summary>An address that a device of a container gets: <c>lxc.net.N.ipv4.address</c> and <c>lxc.net.N.ipv6.address</c>.</summary>
public sealed class DeviceAddress
{
    private DeviceAddress(byte[] address, int prefixLength, byte[]? broadcast, string text)
    {
        Address = address;
        PrefixLength = prefixLength;
        Broadcast = broadcast;
        Text = text;
    }

    /// <summary>4 or 16 bytes in network order.</summary>
    public byte[] Address { get; }

    /// <summary>The length of the network's part in bits.</summary>
    public int PrefixLength { get; }

    /// <summary>The broadcast address of an IPv4 network, or null where there is none.</summary>
    public byte[]? Broadcast { get; }

    /// <summary>The value it was read from, for messages.</summary>
    public string Text { get; }

    /// <summary>Whether it is an IPv6 address.</summary>
    public bool IsVersion6 => Address.Length == 16;

    /// <summary>
    /// Reads an address, a slash and the prefix length; after an IPv4 address also a space and the broadcast address. Without a prefix
    /// length it is that of the address's class, or 64 for IPv6, as LXC has it.
    /// </summary>
    /// <returns>Null when the text is no such address.</returns>
    public static DeviceAddress? TryParse(string text, bool version6)
    {
        string[] words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || words.Length > (version6 ? 1 : 2))
        {
            return null;
        }

        int slash = words[0].IndexOf('/');
        byte[]? address = InternetAddress.TryParse(slash < 0 ? words[0] : words[0][..slash], version6);
        if (address is null)
        {
            return null;
        }

        uint length;
        if (slash < 0)
        {
            length = version6 ? 64 : ClassPrefix(address[0]);
        }
        else if (!uint.TryParse(words[0].AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out length))
        {
            return null;
        }

        if (length > (version6 ? 128 : 32))
        {
            return null;
        }

        if (version6)
        {
            return new DeviceAddress(address, (int)length, null, text);
        }

        byte[]? broadcast = words.Length == 2 ? InternetAddress.TryParse(words[1], version6: false) : BroadcastOf(address, (int)length);
        return words.Length == 2 && broadcast is null ? null : new DeviceAddress(address, (int)length, broadcast, text);
    }

    private static uint ClassPrefix(byte first) => first switch
    {
        < 128 => 8,
        < 192 => 16,
        < 224 => 24,
        _ => 0,
    };

    // Networks of one or two addresses have none, see RFC 3021.
    private static byte[]? BroadcastOf(byte[] address, int prefixLength)
    {
        if (prefixLength > 30)
        {
            return null;
        }

        byte[] broadcast = new byte[4];
        uint host = prefixLength == 0 ? uint.MaxValue : (1u << (32 - prefixLength)) - 1;
        for (int i = 0; i < 4; i++)
        {
            broadcast[i] = (byte)(address[i] | (host >> (24 - (8 * i))));
        }

        return broadcast;
    }
}
