namespace LxcPS.Engine.KernelLog;

/// <summary>Makes messages of what programs write to /dev/kmsg: a line each, and what has no end when nothing more comes.</summary>
internal sealed class LineAssembler(Action<ReadOnlySpan<byte>> take)
{
    /// <summary>The longest message; the kernel's own is about as long. What is longer becomes several.</summary>
    internal const int MaximumLength = 1000;

    private readonly byte[] line = new byte[MaximumLength];
    private int length;

    /// <summary>Takes bytes.</summary>
    internal void Add(ReadOnlySpan<byte> data)
    {
        foreach (byte value in data)
        {
            if (value == '\n' || value == '\0')
            {
                Flush();
                continue;
            }

            if (length == MaximumLength)
            {
                Flush();
            }

            line[length++] = value;
        }
    }

    /// <summary>What has come so far is a message.</summary>
    internal void Flush()
    {
        if (length > 0)
        {
            take(line.AsSpan(0, length));
            length = 0;
        }
    }
}
