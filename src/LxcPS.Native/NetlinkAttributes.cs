using System.Runtime.InteropServices;
using System.Text;

namespace LxcPS.Native;

/// <summary>Walks the attributes of a message or of a nested attribute; a length that cannot be ends the walk.</summary>
public ref struct NetlinkAttributes
{
    // NLA_F_NESTED and NLA_F_NET_BYTEORDER share the field with the type, see linux/netlink.h.
    private const ushort TypeMask = 0x3FFF;
    private ReadOnlySpan<byte> rest;

    /// <summary>Begins before the first attribute.</summary>
    public NetlinkAttributes(ReadOnlySpan<byte> attributes)
    {
        rest = attributes;
        Type = 0;
        Value = default;
    }

    /// <summary>The type of the current attribute.</summary>
    public ushort Type { get; private set; }

    /// <summary>The value of the current attribute.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The value as a 32-bit number; 0 when it is shorter.</summary>
    public readonly uint Number => Value.Length >= 4 ? MemoryMarshal.Read<uint>(Value) : 0;

    /// <summary>The value as text without its NUL.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    /// <summary>Goes to the next attribute; false at the end.</summary>
    public bool Next()
    {
        if (rest.Length < 4)
        {
            return false;
        }

        int length = MemoryMarshal.Read<ushort>(rest);
        if (length < 4 || length > rest.Length)
        {
            return false;
        }

        Type = (ushort)(MemoryMarshal.Read<ushort>(rest[2..]) & TypeMask);
        Value = rest[4..length];
        rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        return true;
    }
}
