using System.Globalization;
using LxcPS.Native;

namespace LxcPS.Engine.Cgroups;

/// <summary>What a container uses, in numbers; null for what this host does not count.</summary>
public sealed record CgroupUsage
{
    /// <summary>Memory in use, in bytes, with the page cache that is charged to the container.</summary>
    public long? Memory { get; init; }

    /// <summary>The limit of memory in bytes; null without one.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>The most memory that was in use, in bytes.</summary>
    public long? MemoryPeak { get; init; }

    /// <summary>Swap in use, in bytes.</summary>
    public long? Swap { get; init; }

    /// <summary>CPU time used.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>In how many periods the container used up its CPU time and had to wait.</summary>
    public long? ThrottledPeriods { get; init; }

    /// <summary>How long it had to wait.</summary>
    public TimeSpan? ThrottledTime { get; init; }

    /// <summary>Processes and threads.</summary>
    public long? Pids { get; init; }

    /// <summary>The limit of processes and threads; null without one.</summary>
    public long? PidsLimit { get; init; }

    /// <summary>Bytes read from disks.</summary>
    public long? IoRead { get; init; }

    /// <summary>Bytes written to disks.</summary>
    public long? IoWritten { get; init; }

    /// <summary>Reads the numbers of a running container.</summary>
    /// <param name="files">Its cgroups.</param>
    public static CgroupUsage Read(CgroupFiles files) => Read(files.TryGet);

    /// <summary>Reads the numbers from the cgroup directories of a container, in any order and of either version.</summary>
    public static CgroupUsage Read(params string[] directories) => Read(file =>
    {
        foreach (string directory in directories)
        {
            if (Descriptors.TryReadText($"{directory}/{file}") is { } text)
            {
                return text;
            }
        }

        return null;
    });

    /// <summary>Reads the numbers from the texts of cgroup files.</summary>
    /// <param name="read">Gives the text of a file, or null where there is none.</param>
    internal static CgroupUsage Read(Func<string, string?> read)
    {
        string? cpu = read("cpu.stat");
        long? memory = Size(read("memory.current"));
        (long? ioRead, long? ioWritten) = ReadIo(read);
        CgroupUsage usage = new()
        {
            CpuTime = Microseconds(Field(cpu, "usage_usec")) ?? Nanoseconds(Size(read("cpuacct.usage"))),
            ThrottledPeriods = Field(cpu, "nr_throttled"),
            ThrottledTime = Microseconds(Field(cpu, "throttled_usec")) ?? Nanoseconds(Field(cpu, "throttled_time")),
            Pids = Size(read("pids.current")),
            PidsLimit = Limit(read("pids.max")),
            IoRead = ioRead,
            IoWritten = ioWritten,
        };
        if (memory is not null)
        {
            return usage with
            {
                Memory = memory,
                MemoryLimit = Limit(read("memory.max")),
                MemoryPeak = Size(read("memory.peak")),
                Swap = Size(read("memory.swap.current")),
            };
        }

        memory = Size(read("memory.usage_in_bytes"));
        return usage with
        {
            Memory = memory,
            MemoryLimit = Limit(read("memory.limit_in_bytes")),
            MemoryPeak = Size(read("memory.max_usage_in_bytes")),

            // Where swap is not accounted, neither is their sum.
            Swap = read("memory.memsw.usage_in_bytes") is null ? null : Field(read("memory.stat"), "total_swap"),
        };
    }

    private static (long? Read, long? Written) ReadIo(Func<string, string?> read)
    {
        if (read("io.stat") is { } unified)
        {
            // 8:0 rbytes=1024 wbytes=0 rios=1 ...
            return (SumPairs(unified, "rbytes="), SumPairs(unified, "wbytes="));
        }

        string? legacy = read("blkio.throttle.io_service_bytes_recursive") ?? read("blkio.throttle.io_service_bytes");

        // 8:0 Read 1024
        return legacy is null ? (null, null) : (SumLines(legacy, "Read"), SumLines(legacy, "Write"));
    }

    private static long SumPairs(string text, string key)
    {
        long sum = 0;
        foreach (string word in text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            sum += word.StartsWith(key, StringComparison.Ordinal) && Size(word[key.Length..]) is { } bytes ? bytes : 0;
        }

        return sum;
    }

    private static long SumLines(string text, string operation)
    {
        long sum = 0;
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] words = line.Split(' ');
            sum += words.Length == 3 && words[1] == operation && Size(words[2]) is { } bytes ? bytes : 0;
        }

        return sum;
    }

    private static long? Field(string? text, string key) => text is not null && CgroupFile.ValueOf(text, key) is { } value ? Size(value) : null;

    private static long? Size(string? text) => long.TryParse(text?.Trim(), NumberStyles.None, null, out long number) ? number : null;

    private static long? Limit(string? text) => text is not null && CgroupNumber.TrySize(text, out long limit) && limit >= 0 ? limit : null;

    private static TimeSpan? Microseconds(long? time) => time is { } number ? TimeSpan.FromTicks(number * TimeSpan.TicksPerMicrosecond) : null;

    private static TimeSpan? Nanoseconds(long? time) => time is { } number ? TimeSpan.FromTicks(number / TimeSpan.NanosecondsPerTick) : null;
}
