using System.Globalization;
using System.Text;
using LxcPS.Engine.Configuration;
using LxcPS.Native;

namespace LxcPS.Engine.LifeCycle;

/// <summary>
/// The log of a container's monitor, where its configuration asks for one: <c>lxc.log.level</c>, <c>lxc.log.file</c>, <c>lxc.log.syslog</c>.
/// Lines are LXC's (program, container, time in UTC, level, part, text) without the places in source files that LXC adds.
/// </summary>
internal sealed class MonitorLog : IDisposable
{
    private const string Program = "lxcps-monitor";
    private const string FileKey = "lxc.log.file";
    private const string ServiceSocket = "/dev/log";

    private readonly string name;
    private readonly LogLevel least;
    private readonly int facility;
    private int file = -1;
    private int service = -1;

    private MonitorLog(string name, LogLevel least, int facility)
    {
        this.name = name;
        this.least = least;
        this.facility = facility;
    }

    /// <summary>Opens the log that a configuration asks for; null where it asks for none.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="lxcPath">The container's directory of containers.</param>
    /// <param name="name">The container.</param>
    /// <param name="warn">Told of a log that nobody has named and that cannot be had.</param>
    /// <exception cref="LxcException">StartFailed: the file that the configuration names cannot be written.</exception>
    internal static MonitorLog? Open(ContainerConfig config, string lxcPath, string name, Action<string> warn)
    {
        string? level = config.Get("lxc.log.level");
        string? path = config.Get(FileKey);
        string? facility = config.Get("lxc.log.syslog");
        if (string.IsNullOrEmpty(level) && string.IsNullOrEmpty(path) && string.IsNullOrEmpty(facility))
        {
            return null;
        }

        MonitorLog log = new(name, LevelOf(level), string.IsNullOrEmpty(facility) ? -1 : FacilityOf(facility));
        try
        {
            if (!string.IsNullOrEmpty(path))
            {
                log.file = OpenNamed(path);
            }
            else if (!string.IsNullOrEmpty(level))
            {
                log.file = OpenDefault(lxcPath, name, warn);
            }

            if (log.facility >= 0 && (log.service = LocalSockets.TryConnectDatagram(ServiceSocket)) < 0)
            {
                warn($"lxc.log.syslog: no log service listens at {ServiceSocket}, and nothing is sent");
            }

            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>The number of a level by its name or number; errors alone where there is none, as with LXC.</summary>
    internal static LogLevel LevelOf(string? level) => level?.ToUpperInvariant() switch
    {
        null or "" => LogLevel.Error,
        "WARNING" => LogLevel.Warn,
        string known when char.IsAsciiDigit(known[0]) => (LogLevel)(ConfigNumber.TryParse(known, 9, out ulong number) ? number : 9),
        string known => Enum.TryParse(known, ignoreCase: true, out LogLevel parsed) ? parsed : LogLevel.NotSet,
    };

    /// <summary>The line of an event.</summary>
    internal static string LineOf(string container, DateTime time, LogLevel level, string part, string text) => string.Create(CultureInfo.InvariantCulture,
        $"{Program} {container} {time:yyyyMMddHHmmss.fff} {level.ToString().ToUpperInvariant(),-8} {part} - {Plain(text)}\n");

    /// <summary>Writes an event, if it matters enough.</summary>
    internal void Write(LogLevel level, string part, string text)
    {
        if (level < least)
        {
            return;
        }

        try
        {
            if (file >= 0)
            {
                Descriptors.Write(file, Encoding.UTF8.GetBytes(LineOf(name, DateTime.UtcNow, level, part, text)));
            }

            if (service >= 0)
            {
                // A full queue of the service's is not waited for.
                LocalSockets.Send(service, Encoding.UTF8.GetBytes($"<{(facility << 3) | SeverityOf(level)}>{Program}[{Processes.CurrentId}]: {name}:{part} - {Plain(text)}"), wait: false);
            }
        }
        catch (LinuxException)
        {
            // A full disk or a log service that is restarted must not end a container; whoever waits for the start is told by other ways.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Descriptors.Close(file);
        Descriptors.Close(service);
        file = service = -1;
    }

    private static string Plain(string text) => text.ReplaceLineEndings("\\n");

    // daemon is 3, local0 is 16, see syslog(3).
    private static int FacilityOf(string facility)
    {
        int index = Array.FindIndex(ConfigKey.Facilities, known => known.Equals(facility, StringComparison.OrdinalIgnoreCase));
        return index <= 0 ? 3 : 15 + index;
    }

    // The severities of syslog(3): LXC's FATAL is its emergency, TRACE its debug.
    private static int SeverityOf(LogLevel level) => level <= LogLevel.Debug ? 7 : 8 - (int)level;

    private static int OpenNamed(string path)
    {
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } directory)
            {
                FileTree.MakeDirectories(directory, 0x1ED /* 0755 */);
            }

            return OpenFile(path);
        }
        catch (LinuxException e)
        {
            throw new LxcException(LxcErrorId.StartFailed, $"The log file '{DisplayText.Of(path)}' cannot be opened: {e.Message}", e)
            {
                Step = "log",
                ConfigKey = FileKey,
                Advice = "Correct lxc.log.file, or remove it.",
            };
        }
    }

    // Where LXC has it: with all logs for its own directory of containers, else with the container.
    private static int OpenDefault(string lxcPath, string name, Action<string> warn)
    {
        string own = $"{lxcPath}/{name}/{name}.log";
        try
        {
            return lxcPath == "/var/lib/lxc" && FileTree.Exists("/var/log/lxc") ? OpenFile($"/var/log/lxc/{name}.log") : OpenFile(own);
        }
        catch (LinuxException e)
        {
            warn($"lxc.log.level: there is no log, because {e.Message}");
            return -1;
        }
    }

    private static int OpenFile(string path) =>
        Descriptors.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x1A0 /* 0640 */);
}
