namespace LxcPS.Engine.Network;

/// <summary>Ethernet addresses: <c>lxc.net.N.hwaddr</c>.</summary>
public static class HardwareAddress
{
    private const int Size = 6;

    /// <summary>
    /// Reads six pairs of hexadecimal digits with colons between them; each <c>x</c> becomes a random digit, in the first pair one of a
    /// unicast address.
    /// </summary>
    /// <returns>6 bytes, or null when the text is no address that a device can have.</returns>
    public static byte[]? TryParse(string text)
    {
        byte[] address = new byte[Size];
        if (text.Length != (Size * 3) - 1)
        {
            return null;
        }

        for (int i = 0; i < text.Length; i++)
        {
            int place = i / 3;
            if (i % 3 == 2)
            {
                if (text[i] != ':')
                {
                    return null;
                }

                continue;
            }

            int digit = text[i] is 'x' or 'X' ? RandomDigit(i) : text[i] < 128 && char.IsAsciiHexDigit(text[i]) ? Convert.ToInt32(text[i].ToString(), 16) : -1;
            if (digit < 0)
            {
                return null;
            }

            address[place] = (byte)((address[place] << 4) | digit);
        }

        // Bit 0 of the first byte marks groups, and the zero address is nobody's.
        bool zero = true;
        foreach (byte value in address)
        {
            zero &= value == 0;
        }

        return zero || (address[0] & 1) != 0 ? null : address;
    }

    /// <summary>
    /// A random address for the host's end of a pair. It begins with fe: a bridge takes the lowest address of its ports for its own, and must
    /// not change it whenever a container comes or goes.
    /// </summary>
    public static byte[] ForHostEnd()
    {
        byte[] address = new byte[Size];
        Random.Shared.NextBytes(address);
        address[0] = 0xFE;
        return address;
    }

    // The second digit holds the group bit (0) and the bit of locally administered addresses (1).
    private static int RandomDigit(int place)
    {
        int digit = Random.Shared.Next(16);
        return place == 1 ? (digit & ~1) | 2 : digit;
    }
}
