using System.Globalization;
using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Engine.Protocol;

namespace LxcPS.Engine.KernelLog;

/// <summary>Reads the kernel log of a container from its monitor.</summary>
public static class KernelLogReader
{
    // The end of the year 9999 in microseconds.
    private const long LastTime = 253402300799_000000;

    /// <summary>The messages that the log holds, the oldest first.</summary>
    /// <exception cref="LxcException">ContainerNotRunning; KernelLogMissing.</exception>
    public static IReadOnlyList<KernelLogMessage> Read(string lxcPath, string name)
    {
        if (ControlClient.GetConfigItem(lxcPath, name, ConfigKeys.KernelLog) is { } text)
        {
            return Parse(text);
        }

        throw ControlClient.IsAlive(lxcPath, name)
            ? new LxcException(LxcErrorId.KernelLogMissing, $"Container '{name}' has no kernel log of its own")
            {
                ContainerName = name,
                Advice = "Give it one with Set-LxcContainer -IsolateKernelLog, and restart it.",
            }
            : new LxcException(LxcErrorId.ContainerNotRunning, $"Container '{name}' is not running, and its kernel log is gone")
            {
                ContainerName = name,
                Advice = "Start it with Start-LxcContainer.",
            };
    }

    /// <summary>The messages in a monitor's answer; what is no message is left out.</summary>
    internal static IReadOnlyList<KernelLogMessage> Parse(string text)
    {
        List<KernelLogMessage> messages = [];
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split(' ', 5);
            if (fields.Length == 5 && TryNumber(fields[0], out long sequence) && TryNumber(fields[1], out long priority)
                && TryNumber(fields[2], out long uptime) && TryNumber(fields[3], out long time) && Math.Max(uptime, time) <= LastTime)
            {
                messages.Add(new KernelLogMessage(sequence, (KernelLogLevel)(priority & 7), (KernelLogFacility)(int)(priority >> 3),
                    TimeSpan.FromMicroseconds(uptime), DateTime.UnixEpoch.AddMicroseconds(time), Shown(fields[4])));
            }
        }

        return messages;
    }

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    // The container wrote it: it must not move the cursor of who reads it. The escapes are those of the kernel's own /dev/kmsg.
    private static string Shown(string text)
    {
        StringBuilder shown = new(text.Length);
        foreach (char c in text)
        {
            if (char.IsControl(c) && c != '\t')
            {
                shown.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            }
            else
            {
                shown.Append(c);
            }
        }

        return shown.ToString();
    }
}
