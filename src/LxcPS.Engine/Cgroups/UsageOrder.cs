namespace LxcPS.Engine.Cgroups;

/// <summary>How a table of use is sorted: names upwards and numbers downwards unless asked otherwise.</summary>
/// <param name="Key">By what.</param>
/// <param name="Descending">Whether the largest is first.</param>
public readonly record struct UsageOrder(UsageSort Key, bool Descending)
{
    /// <summary>The order that a key has by itself.</summary>
    public static UsageOrder By(UsageSort key) => new(key, key != UsageSort.Name);

    /// <summary>The order after a letter of lxc-top's is typed (n, c, m, b, and p for processes); null where it is none. The same again reverses it.</summary>
    public UsageOrder? After(char letter)
    {
        UsageSort? key = char.ToLowerInvariant(letter) switch
        {
            'n' => UsageSort.Name,
            'c' => UsageSort.Cpu,
            'm' => UsageSort.Memory,
            'b' => UsageSort.Io,
            'p' => UsageSort.Processes,
            _ => null,
        };
        return key is not { } named ? null : named == Key ? this with { Descending = !Descending } : By(named);
    }

    /// <summary>Sorts rows; equal ones by name, upwards.</summary>
    public IReadOnlyList<UsageRow> Sort(IEnumerable<UsageRow> rows)
    {
        int sign = Descending ? -1 : 1;
        UsageSort key = Key;
        List<UsageRow> sorted = [.. rows];
        sorted.Sort((a, b) => sign * Compare(key, a, b) is var order and not 0 ? order : string.CompareOrdinal(a.Name, b.Name));
        return sorted;
    }

    private static int Compare(UsageSort key, UsageRow a, UsageRow b) => key switch
    {
        UsageSort.Cpu => Nullable.Compare(a.CpuPercent, b.CpuPercent) is var order and not 0 ? order : Nullable.Compare(a.Usage.CpuTime, b.Usage.CpuTime),
        UsageSort.Memory => Nullable.Compare(a.Usage.Memory, b.Usage.Memory),
        UsageSort.Io => Nullable.Compare(a.Io, b.Io),
        UsageSort.Processes => Nullable.Compare(a.Usage.Pids, b.Usage.Pids),
        _ => string.CompareOrdinal(a.Name, b.Name),
    };
}
