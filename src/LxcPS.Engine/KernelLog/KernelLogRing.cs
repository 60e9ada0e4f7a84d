namespace LxcPS.Engine.KernelLog;

/// <summary>The last messages of a container's kernel log, with the marks that syslog(2) moves: what is older falls out.</summary>
internal sealed class KernelLogRing
{
    /// <summary>What a record counts besides its text: at least what stands before it in a line.</summary>
    private const int Overhead = 40;

    private readonly Queue<KernelLogRecord> records = new();
    private int used;
    private long next;
    private long clear;
    private long read;
    private int readOffset;

    /// <summary>Creates an empty ring.</summary>
    /// <param name="capacity">The most bytes that its lines have together.</param>
    internal KernelLogRing(int capacity) => Capacity = capacity;

    /// <summary>The most bytes that its lines have together.</summary>
    internal int Capacity { get; }

    /// <summary>The records, the oldest first.</summary>
    internal IReadOnlyCollection<KernelLogRecord> Records => records;

    /// <summary>Whether there is something that <see cref="Read"/> has not given.</summary>
    internal bool HasUnread => read < next;

    /// <summary>The number of bytes that <see cref="Read"/> has not given.</summary>
    internal int UnreadSize
    {
        get
        {
            int size = -readOffset;
            foreach (KernelLogRecord record in records)
            {
                size += record.Sequence >= read ? record.ToLine().Length : 0;
            }

            return Math.Max(0, size);
        }
    }

    /// <summary>Appends a message.</summary>
    internal void Append(int priority, long uptime, long time, ReadOnlySpan<byte> text)
    {
        KernelLogRecord record = new(next++, priority, uptime, time, text.ToArray());
        records.Enqueue(record);
        used += text.Length + Overhead;
        while (used > Capacity)
        {
            used -= records.Dequeue().Text.Length + Overhead;
        }

        long first = records.Count > 0 ? records.Peek().Sequence : next;
        clear = Math.Max(clear, first);
        if (read < first)
        {
            (read, readOffset) = (first, 0);
        }
    }

    /// <summary>The last lines since the last <see cref="Clear"/> that have room together; nothing is taken.</summary>
    internal byte[] ReadAll(int room)
    {
        List<byte[]> lines = [];
        int size = 0;
        foreach (KernelLogRecord record in records)
        {
            if (record.Sequence >= clear)
            {
                byte[] line = record.ToLine();
                lines.Add(line);
                size += line.Length;
            }
        }

        int skip = 0;
        while (size > room)
        {
            size -= lines[skip++].Length;
        }

        return [.. lines.Skip(skip).SelectMany(line => line)];
    }

    /// <summary>Takes the oldest lines that nobody has taken; of one that has no room a part.</summary>
    internal byte[] Read(int room)
    {
        List<byte> bytes = [];
        foreach (KernelLogRecord record in records)
        {
            if (record.Sequence < read)
            {
                continue;
            }

            ReadOnlySpan<byte> line = record.ToLine().AsSpan(readOffset);
            if (line.Length > room - bytes.Count)
            {
                if (bytes.Count == 0)
                {
                    bytes.AddRange(line[..room]);
                    readOffset += room;
                }

                break;
            }

            bytes.AddRange(line);
            (read, readOffset) = (record.Sequence + 1, 0);
        }

        return [.. bytes];
    }

    /// <summary>What is there now is not given by <see cref="ReadAll"/> any more.</summary>
    internal void Clear() => clear = next;
}
