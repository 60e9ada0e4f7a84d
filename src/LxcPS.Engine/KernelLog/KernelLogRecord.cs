using System.Globalization;
using System.Text;

namespace LxcPS.Engine.KernelLog;

/// <summary>A message of a container's kernel log.</summary>
/// <param name="Sequence">Its number, from 0.</param>
/// <param name="Priority">Eight times the facility, and the level.</param>
/// <param name="Uptime">When it came, in microseconds since the machine was started.</param>
/// <param name="Time">The same in microseconds since 1970.</param>
/// <param name="Text">The bytes that were written, without the end of the line.</param>
internal sealed record KernelLogRecord(long Sequence, int Priority, long Uptime, long Time, byte[] Text)
{
    private const int DefaultPriority = ((int)KernelLogFacility.User << 3) | (int)KernelLogLevel.Warning;

    /// <summary>
    /// What a program wrote to /dev/kmsg: <c>&lt;N&gt;text</c>. As the kernel has it: without N a warning; and nobody but the kernel speaks as
    /// the kernel.
    /// </summary>
    /// <param name="line">A line without its end.</param>
    /// <param name="text">What stands behind the priority.</param>
    internal static int PriorityOf(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> text)
    {
        text = line;
        int end = line.Length > 0 && line[0] == '<' ? line.IndexOf((byte)'>') : -1;
        if (end < 2 || !uint.TryParse(line[1..end], NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
        {
            return DefaultPriority;
        }

        text = line[(end + 1)..];
        int facility = (int)(number >> 3) & 0xFF;
        return ((facility == 0 ? (int)KernelLogFacility.User : facility) << 3) | (int)(number & 7);
    }

    /// <summary>As syslog(2) gives it: <c>&lt;N&gt;[seconds.microseconds] text</c> and a line feed.</summary>
    internal byte[] ToLine()
    {
        byte[] head = Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"<{Priority}>[{Uptime / 1_000_000,5}.{Uptime % 1_000_000:000000}] "));
        return [.. head, .. Text, (byte)'\n'];
    }
}
