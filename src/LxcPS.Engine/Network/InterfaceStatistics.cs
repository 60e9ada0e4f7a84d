using System.Globalization;
using LxcPS.Native;

namespace LxcPS.Engine.Network;

/// <summary>What went through an interface since it was made, as its own namespace counts it; see /proc/PID/net/dev in proc(5).</summary>
/// <param name="Interface">The name of the interface.</param>
/// <param name="ReceivedBytes">Bytes that came in.</param>
/// <param name="ReceivedPackets">Packets that came in.</param>
/// <param name="SentBytes">Bytes that went out.</param>
/// <param name="SentPackets">Packets that went out.</param>
public sealed record InterfaceStatistics(string Interface, long ReceivedBytes, long ReceivedPackets, long SentBytes, long SentPackets)
{
    /// <summary>The interfaces of the network namespace of a process, the loopback excepted; none when the process is gone.</summary>
    public static IReadOnlyList<InterfaceStatistics> Of(int pid)
    {
        try
        {
            return Parse(Descriptors.ReadText($"/proc/{pid}/net/dev"));
        }
        catch (LinuxException e) when (e.Number is Errno.ENOENT or Errno.ESRCH or Errno.EINVAL)
        {
            return [];
        }
    }

    /// <summary>Reads the table: two lines of head, then a line an interface with 8 numbers of what came in and 8 of what went out.</summary>
    internal static IReadOnlyList<InterfaceStatistics> Parse(string table)
    {
        List<InterfaceStatistics> result = [];
        foreach (string line in table.Split('\n'))
        {
            int colon = line.IndexOf(':');
            string name = colon < 0 ? string.Empty : line[..colon].Trim();
            string[] fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (name.Length > 0 && name != "lo" && fields.Length >= 16)
            {
                result.Add(new InterfaceStatistics(name, Number(fields[0]), Number(fields[1]), Number(fields[8]), Number(fields[9])));
            }
        }

        return result;
    }

    private static long Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;
}
