using LxcPS.Engine.KernelLog;

namespace LxcPS;

/// <summary>A message of the kernel log of a container.</summary>
public sealed class LxcKernelLogEntry
{
    internal LxcKernelLogEntry(string name, string lxcPath, KernelLogMessage message)
    {
        Name = name;
        LxcPath = lxcPath;
        Sequence = message.Sequence;
        Time = message.Time.ToLocalTime();
        Uptime = message.Uptime;
        Level = message.Level;
        Facility = message.Facility;
        Message = message.Text;
    }

    /// <summary>The container.</summary>
    public string Name { get; }

    /// <summary>The directory of containers that it is in.</summary>
    public string LxcPath { get; }

    /// <summary>Its number, from 0; where numbers are missing, the log was full.</summary>
    public long Sequence { get; }

    /// <summary>When it came.</summary>
    public DateTime Time { get; }

    /// <summary>When it came, counted from the start of the machine, as dmesg shows it.</summary>
    public TimeSpan Uptime { get; }

    /// <summary>How grave it is: Emergency to Debug, which are 0 to 7.</summary>
    public KernelLogLevel Level { get; }

    /// <summary>What kind of program it is of: User, Daemon ...</summary>
    public KernelLogFacility Facility { get; }

    /// <summary>The message, with control characters as escapes.</summary>
    public string Message { get; }

    /// <inheritdoc/>
    public override string ToString() => Message;
}
