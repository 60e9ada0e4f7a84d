namespace LxcPS.Engine.Console;

/// <summary>The last bytes that a console wrote: what is older falls out.</summary>
public sealed class RingBuffer
{
    private readonly byte[] bytes;
    private int start;

    /// <summary>Creates a buffer of a size in bytes.</summary>
    public RingBuffer(int size) => bytes = new byte[size];

    /// <summary>The number of bytes in it.</summary>
    public int Length { get; private set; }

    /// <summary>Appends bytes.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        if (data.Length >= bytes.Length)
        {
            data[^bytes.Length..].CopyTo(bytes);
            start = 0;
            Length = bytes.Length;
            return;
        }

        int end = (start + Length) % bytes.Length;
        int first = Math.Min(data.Length, bytes.Length - end);
        data[..first].CopyTo(bytes.AsSpan(end));
        data[first..].CopyTo(bytes);
        int over = Math.Max(0, Length + data.Length - bytes.Length);
        start = (start + over) % bytes.Length;
        Length += data.Length - over;
    }

    /// <summary>Copies out the oldest bytes, at most <paramref name="count"/>, without taking them.</summary>
    public byte[] Peek(int count)
    {
        byte[] copy = new byte[Math.Min(count, Length)];
        int first = Math.Min(copy.Length, bytes.Length - start);
        bytes.AsSpan(start, first).CopyTo(copy);
        bytes.AsSpan(0, copy.Length - first).CopyTo(copy.AsSpan(first));
        return copy;
    }

    /// <summary>Drops the oldest bytes.</summary>
    public void Discard(int count)
    {
        count = Math.Min(count, Length);
        start = (start + count) % bytes.Length;
        Length -= count;
    }
}
