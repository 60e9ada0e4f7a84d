namespace LxcPS.Engine.Operations;

/// <summary>Input that several readers take at their own pace; what all have taken is dropped.</summary>
internal sealed class InputQueue
{
    private byte[] bytes = new byte[4096];
    private int length;
    private long first;

    /// <summary>How many bytes the slowest reader has not taken yet; as of the last <see cref="Trim"/>.</summary>
    internal int Pending { get; private set; }

    internal void Append(ReadOnlySpan<byte> data)
    {
        if (length + data.Length > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + data.Length));
        }

        data.CopyTo(bytes.AsSpan(length));
        length += data.Length;
        Pending += data.Length;
    }

    /// <summary>What comes after the first <paramref name="taken"/> bytes of all input.</summary>
    internal ReadOnlySpan<byte> From(long taken) => bytes.AsSpan((int)(taken - first), length - (int)(taken - first));

    /// <summary>Drops what all have taken.</summary>
    internal void Trim(List<RunningCommand> readers)
    {
        long least = first + length;
        foreach (RunningCommand reader in readers)
        {
            if (reader.Input >= 0)
            {
                least = Math.Min(least, reader.InputTaken);
            }
        }

        int drop = (int)(least - first);
        Pending = length - drop;

        // Moving the rest each time would cost more than the memory.
        if (drop > bytes.Length / 2)
        {
            bytes.AsSpan(drop, length - drop).CopyTo(bytes);
            first += drop;
            length -= drop;
        }
    }
}
