using System.Buffers.Binary;
using LxcPS.Native;

namespace LxcPS.Engine.Items;

/// <summary>
/// Reads the frames of a copy from a pipe. Whoever is at its other end may be under the influence of a container: nothing is believed.
/// </summary>
internal sealed class ItemReader(int fd)
{
    private readonly byte[] buffer = new byte[8 + ItemWriter.MaximumData];
    private int length;

    /// <summary>The name that the last frame brought.</summary>
    internal ItemEntry Entry { get; private set; } = null!;

    /// <summary>Where the data of the last frame are in the file, the size of the file that it ends, or how many it begins.</summary>
    internal long Offset => BinaryPrimitives.ReadInt64LittleEndian(buffer);

    /// <summary>The data of the last frame.</summary>
    internal ReadOnlySpan<byte> Data => buffer.AsSpan(8, length - 8);

    /// <summary>Reads the next frame, and the extended attributes that come before a name.</summary>
    /// <exception cref="LxcException">CopyFailed: it is none. Canceled: the other side has ended.</exception>
    internal ItemFrame Next()
    {
        List<ItemAttribute> attributes = [];
        int size = 0;
        ItemFrame kind;
        while ((kind = NextFrame()) == ItemFrame.Attribute)
        {
            attributes.Add(ReadAttribute(buffer.AsSpan(0, length)));
            if ((size += length) > ItemAttributes.MaximumSize)
            {
                throw Unsound("extended attributes without end");
            }
        }

        if (kind == ItemFrame.Entry)
        {
            Entry = ReadEntry(buffer.AsSpan(0, length), attributes);
        }
        else if (size > 0)
        {
            throw Unsound("extended attributes of nothing");
        }

        return kind;
    }

    /// <summary>The error of a stream that no sender of ours writes.</summary>
    internal static LxcException Unsound(string what) => new(LxcErrorId.CopyFailed, $"The other side of the copy sent what cannot be: {what}")
    {
        Step = "copy",
        Advice = "A container may have taken over the process that works in it: see what runs there.",
    };

    /// <summary>The end of the other side, which has told the reason itself.</summary>
    internal static LxcException OtherEnded(LinuxException? cause = null) => new(LxcErrorId.Canceled, "The other side of the copy has ended", cause) { Step = "copy" };

    private ItemFrame NextFrame()
    {
        Span<byte> head = stackalloc byte[ItemWriter.HeadSize];
        Fill(head);
        ItemFrame kind = (ItemFrame)head[0];
        length = BinaryPrimitives.ReadInt32LittleEndian(head[1..]);
        bool isSound = kind switch
        {
            ItemFrame.Entry => length is >= ItemWriter.EntrySize and <= ItemWriter.EntrySize + 256 + 4096,
            ItemFrame.Attribute => length is > 1 and <= 1 + ExtendedAttributes.MaximumName + ExtendedAttributes.MaximumValue,
            ItemFrame.Data => length >= 8 && length <= buffer.Length,
            ItemFrame.Begin or ItemFrame.End => length == 8,
            ItemFrame.Abandon or ItemFrame.Done => length == 0,
            _ => false,
        };
        if (!isSound)
        {
            throw Unsound($"a frame of kind {(byte)kind} and {length} bytes");
        }

        Fill(buffer.AsSpan(0, length));
        return kind;
    }

    private static ItemAttribute ReadAttribute(ReadOnlySpan<byte> body)
    {
        int name = body[0];
        ItemAttribute attribute = 1 + name <= body.Length ? new(body[1..(1 + name)].ToArray(), body[(1 + name)..].ToArray())
            : throw Unsound("an extended attribute's name longer than its frame");
        return attribute.IsCarried && attribute.Value.Length <= ExtendedAttributes.MaximumValue && !attribute.Name.Contains((byte)0) ? attribute
            : throw Unsound($"the extended attribute '{DisplayText.Of(attribute.ShownName)}' of {attribute.Value.Length} bytes");
    }

    private static ItemEntry ReadEntry(ReadOnlySpan<byte> body, List<ItemAttribute> attributes)
    {
        int name = BinaryPrimitives.ReadUInt16LittleEndian(body[49..]);
        if (ItemWriter.EntrySize + name > body.Length)
        {
            throw Unsound("a name longer than its frame");
        }

        ItemEntry entry = new()
        {
            Kind = (ItemKind)body[0],
            Mode = BinaryPrimitives.ReadUInt32LittleEndian(body[1..]) & 0xFFF,
            UserId = BinaryPrimitives.ReadUInt32LittleEndian(body[5..]),
            GroupId = BinaryPrimitives.ReadUInt32LittleEndian(body[9..]),
            Size = BinaryPrimitives.ReadInt64LittleEndian(body[13..]),
            Accessed = ReadMoment(body[21..]),
            Modified = ReadMoment(body[33..]),
            Number = BinaryPrimitives.ReadInt32LittleEndian(body[45..]),
            Name = body.Slice(ItemWriter.EntrySize, name).ToArray(),
            Attributes = attributes,
            Target = body[(ItemWriter.EntrySize + name)..].ToArray(),
        };
        return entry.HasSafeName && entry.Size >= 0 && entry.Number >= -1 && entry.Kind is >= ItemKind.Directory and <= ItemKind.HardLink ? entry
            : throw Unsound($"the name '{DisplayText.Of(RawNames.Show(entry.Name))}' of kind {(byte)entry.Kind}");
    }

    private static FileMoment ReadMoment(ReadOnlySpan<byte> body)
    {
        int nanoseconds = BinaryPrimitives.ReadInt32LittleEndian(body[8..]);
        return nanoseconds is >= 0 and < 1_000_000_000 ? new FileMoment(BinaryPrimitives.ReadInt64LittleEndian(body), nanoseconds) : throw Unsound("a time that is none");
    }

    private void Fill(Span<byte> room)
    {
        while (room.Length > 0)
        {
            int count = Descriptors.Read(fd, room);
            if (count <= 0)
            {
                throw OtherEnded();
            }

            room = room[count..];
        }
    }
}
