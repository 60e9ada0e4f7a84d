using System.Buffers.Binary;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>Writes the frames of a copy into a pipe.</summary>
internal sealed class ItemWriter(int fd)
{
    /// <summary>The most bytes of data in a frame.</summary>
    internal const int MaximumData = 1 << 17;

    /// <summary>Bytes before the data of a frame of data: its head and the offset.</summary>
    internal const int DataHead = HeadSize + 8;

    /// <summary>Bytes of a frame's head.</summary>
    internal const int HeadSize = 5;

    /// <summary>Bytes of a name's fields of fixed length.</summary>
    internal const int EntrySize = 1 + (3 * 4) + 8 + (2 * 12) + 4 + 2;

    private readonly byte[] buffer = new byte[HeadSize + 1 + ExtendedAttributes.MaximumName + ExtendedAttributes.MaximumValue];

    /// <summary>Begins the copy of so many that were named.</summary>
    internal void Begin(long count) => Number(ItemFrame.Begin, count);

    /// <summary>Writes a name, and its extended attributes before it.</summary>
    internal void Entry(ItemEntry entry)
    {
        Span<byte> body = buffer.AsSpan(HeadSize);
        foreach (ItemAttribute attribute in entry.Attributes)
        {
            Attribute(attribute);
        }

        body[0] = (byte)entry.Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(body[1..], entry.Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(body[5..], entry.UserId);
        BinaryPrimitives.WriteUInt32LittleEndian(body[9..], entry.GroupId);
        BinaryPrimitives.WriteInt64LittleEndian(body[13..], entry.Size);
        WriteMoment(body[21..], entry.Accessed);
        WriteMoment(body[33..], entry.Modified);
        BinaryPrimitives.WriteInt32LittleEndian(body[45..], entry.Number);
        BinaryPrimitives.WriteUInt16LittleEndian(body[49..], (ushort)entry.Name.Length);
        entry.Name.CopyTo(body[EntrySize..]);
        entry.Target.CopyTo(body[(EntrySize + entry.Name.Length)..]);
        Send(ItemFrame.Entry, buffer, EntrySize + entry.Name.Length + entry.Target.Length);
    }

    /// <summary>Writes an extended attribute of the name that comes next.</summary>
    internal void Attribute(ItemAttribute attribute)
    {
        Span<byte> body = buffer.AsSpan(HeadSize);
        body[0] = (byte)attribute.Name.Length;
        attribute.Name.CopyTo(body[1..]);
        attribute.Value.CopyTo(body[(1 + attribute.Name.Length)..]);
        Send(ItemFrame.Attribute, buffer, 1 + attribute.Name.Length + attribute.Value.Length);
    }

    /// <summary>Writes data of a file.</summary>
    /// <param name="frame">Room for the head and the offset (<see cref="DataHead"/>), and the data behind it.</param>
    /// <param name="offset">Where the data are in the file.</param>
    /// <param name="count">How many bytes they are.</param>
    internal void Data(byte[] frame, long offset, int count)
    {
        BinaryPrimitives.WriteInt64LittleEndian(frame.AsSpan(HeadSize), offset);
        Send(ItemFrame.Data, frame, 8 + count);
    }

    /// <summary>Ends a file or a directory.</summary>
    internal void End(long size = 0) => Number(ItemFrame.End, size);

    /// <summary>Takes back the file that was begun.</summary>
    internal void Abandon() => Send(ItemFrame.Abandon, buffer, 0);

    /// <summary>Ends the copy.</summary>
    internal void Done() => Send(ItemFrame.Done, buffer, 0);

    private void Number(ItemFrame kind, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer.AsSpan(HeadSize), number);
        Send(kind, buffer, 8);
    }

    private static void WriteMoment(Span<byte> body, FileMoment moment)
    {
        BinaryPrimitives.WriteInt64LittleEndian(body, moment.Seconds);
        BinaryPrimitives.WriteInt32LittleEndian(body[8..], moment.Nanoseconds);
    }

    private void Send(ItemFrame kind, byte[] frame, int length)
    {
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(frame.AsSpan(1), length);
        try
        {
            Descriptors.WriteAll(fd, frame.AsSpan(0, HeadSize + length));
        }
        catch (LinuxException e) when (e.Number == Errno.EPIPE)
        {
            throw ItemReader.OtherEnded(e);
        }
    }
}
