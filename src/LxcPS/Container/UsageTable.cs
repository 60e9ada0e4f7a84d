using System.Globalization;
using LxcPS.Engine.Cgroups;

namespace LxcPS.Commands;

/// <summary>What containers use, as lines of text.</summary>
internal static class UsageTable
{
    /// <summary>The line of the column titles in what <see cref="Lines"/> gives.</summary>
    internal const int Heading = 0;

    private static readonly (string Title, UsageSort? Key)[] Columns =
    [
        ("Name", UsageSort.Name), ("CPU%", UsageSort.Cpu), ("CPU", null), ("Memory", UsageSort.Memory), ("Read", UsageSort.Io), ("Written", UsageSort.Io),
        ("Processes", UsageSort.Processes),
    ];

    /// <summary>A heading that marks the order, a line a container, and their sum.</summary>
    /// <param name="rows">In their order.</param>
    /// <param name="order">The order.</param>
    internal static List<string> Lines(IReadOnlyList<UsageRow> rows, UsageOrder order)
    {
        int width = Math.Max("TOTAL 000".Length, rows.Count == 0 ? 0 : rows.Max(row => row.Name.Length));
        List<string> lines = [Line(width, [.. Columns.Select(column => column.Key == order.Key ? column.Title + (order.Descending ? "▼" : "▲") : column.Title)])];
        foreach (UsageRow row in rows)
        {
            lines.Add(Line(width, Cells(row.Name, row.CpuPercent, row.Usage.CpuTime, row.Usage.Memory, row.Usage.IoRead, row.Usage.IoWritten, row.Usage.Pids)));
        }

        lines.Add(Line(width, Cells(
            $"TOTAL {rows.Count}",
            Sum(rows, row => row.CpuPercent),
            rows.Any(row => row.Usage.CpuTime is not null) ? new TimeSpan(rows.Sum(row => row.Usage.CpuTime?.Ticks ?? 0)) : null,
            Sum(rows, row => row.Usage.Memory), Sum(rows, row => row.Usage.IoRead), Sum(rows, row => row.Usage.IoWritten), Sum(rows, row => row.Usage.Pids))));
        return lines;
    }

    private static string[] Cells(string name, double? percent, TimeSpan? time, long? memory, long? read, long? written, long? processes) =>
    [
        name,
        percent?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-",
        View.Time(time),
        View.Size(memory),
        View.Size(read),
        View.Size(written),
        processes?.ToString(CultureInfo.InvariantCulture) ?? string.Empty,
    ];

    private static string Line(int width, string[] cells) =>
        $"{cells[0].PadRight(width)} {cells[1],7} {cells[2],8} {cells[3],11} {cells[4],11} {cells[5],11} {cells[6],10}";

    private static double? Sum(IReadOnlyList<UsageRow> rows, Func<UsageRow, double?> value) => rows.Any(row => value(row) is not null) ? rows.Sum(value) : null;

    private static long? Sum(IReadOnlyList<UsageRow> rows, Func<UsageRow, long?> value) => rows.Any(row => value(row) is not null) ? rows.Sum(value) : null;
}
