using System.Runtime.InteropServices;
using System.Text;

namespace LxcPS.Native;

/// <summary>A request to the kernel as netlink(7) lays it out: header, the family's fixed part, then attributes, all of them aligned to 4 bytes.</summary>
public sealed class NetlinkMessage
{
#pragma warning disable CS1591 // Flags have the names and values of linux/netlink.h.
    public const ushort NLM_F_REQUEST = 0x1;
    public const ushort NLM_F_ACK = 0x4;
    public const ushort NLM_F_EXCL = 0x200;
    public const ushort NLM_F_DUMP = 0x300;
    public const ushort NLM_F_CREATE = 0x400;
#pragma warning restore CS1591

    /// <summary>The size of the header in bytes.</summary>
    public const int HeaderSize = 16;

    private const int AttributeHeaderSize = 4;
    private byte[] buffer = new byte[256];
    private int length = HeaderSize;

    /// <summary>Begins a message.</summary>
    /// <param name="type">What is asked for, e.g. RTM_NEWLINK.</param>
    /// <param name="flags">NLM_F_ flags; NLM_F_REQUEST is added.</param>
    public NetlinkMessage(ushort type, ushort flags)
    {
        Write(4, type);
        Write(6, (ushort)(flags | NLM_F_REQUEST));
    }

    /// <summary>What is asked for.</summary>
    public ushort Type => MemoryMarshal.Read<ushort>(buffer.AsSpan(4));

    /// <summary>The message so far.</summary>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            Write(0, (uint)length);
            return buffer.AsSpan(0, length);
        }
    }

    /// <summary>Numbers the message, so that its answers can be told from others.</summary>
    internal void SetSequence(uint sequence) => Write(8, sequence);

    /// <summary>Appends raw bytes: the family's fixed part, here or inside a nested attribute.</summary>
    public NetlinkMessage Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Grow(bytes.Length));
        return this;
    }

    /// <summary>Appends an attribute.</summary>
    public NetlinkMessage Add(ushort type, ReadOnlySpan<byte> value)
    {
        int start = length;
        value.CopyTo(Grow(AttributeHeaderSize + value.Length)[AttributeHeaderSize..]);
        Write(start, (ushort)(AttributeHeaderSize + value.Length));
        Write(start + 2, type);
        return this;
    }

    /// <summary>Appends an attribute that is a 32-bit number.</summary>
    public NetlinkMessage Add(ushort type, uint value) => Add(type, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in value)));

    /// <summary>Appends an attribute that is a string with its NUL.</summary>
    public NetlinkMessage Add(ushort type, string value) => Add(type, CString.Of(value, "netlink"));

    /// <summary>Appends an attribute that is a string without a NUL, as kinds of links are given.</summary>
    public NetlinkMessage AddBare(ushort type, string value) => Add(type, Encoding.UTF8.GetBytes(value));

    /// <summary>Opens an attribute that holds others; the result closes it.</summary>
    public int Begin(ushort type)
    {
        int start = length;
        Add(type, ReadOnlySpan<byte>.Empty);
        return start;
    }

    /// <summary>Closes an attribute that <see cref="Begin"/> opened.</summary>
    public NetlinkMessage End(int start)
    {
        Write(start, (ushort)(length - start));
        return this;
    }

    private Span<byte> Grow(int size)
    {
        int start = length;
        length += (size + 3) & ~3;
        if (length > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(length, buffer.Length * 2));
        }

        return buffer.AsSpan(start, size);
    }

    private void Write<T>(int offset, T value)
        where T : unmanaged => MemoryMarshal.Write(buffer.AsSpan(offset), in value);
}
