using LxcPS.Engine.Configuration;

namespace LxcPS.Engine.LifeCycle;

/// <summary>What a monitor is asked to start; travels as the monitor's command line.</summary>
public sealed class MonitorRequest
{
    /// <summary>The directory of containers.</summary>
    public required string LxcPath { get; init; }

    /// <summary>The container.</summary>
    public required string Name { get; init; }

    /// <summary>The program to run under the minimal init instead of the container's init, or empty.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Whether the monitor leaves its parent, which does not wait for it.</summary>
    public bool Detach { get; init; }

    /// <summary>Whether standard input, output and error of the monitor are the container's.</summary>
    public bool Foreground { get; init; }

    /// <summary>The descriptor to report on, or -1: errors then go to standard error as text.</summary>
    public int ReportDescriptor { get; init; } = -1;

    /// <summary>Configuration for this start alone: <c>key=value</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Gives a configuration settings for a start: the first value of a key takes the place of those that are there, the others join it.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="settings"><c>key=value</c>.</param>
    internal static void Apply(ContainerConfig config, IEnumerable<string> settings) => config.Apply(settings.Select(setting =>
    {
        int equals = setting.IndexOf('=');
        return new KeyValuePair<string, string>(setting[..equals].Trim(), setting[(equals + 1)..].Trim());
    }));

    /// <summary>The command line that <see cref="Parse"/> reads.</summary>
    /// <param name="reportDescriptor">The descriptor that the monitor will have to report on.</param>
    /// <param name="detach">Whether the monitor leaves its parent.</param>
    public List<string> ToArguments(int reportDescriptor, bool detach)
    {
        List<string> arguments = ["start", "--lxcpath", LxcPath, "--name", Name];
        if (Foreground)
        {
            arguments.Add("--foreground");
        }

        if (detach)
        {
            arguments.Add("--detach");
        }

        arguments.AddRange(["--report", reportDescriptor.ToString()]);

        foreach (string setting in Settings)
        {
            arguments.AddRange(["--define", setting]);
        }

        if (Command.Count > 0)
        {
            arguments.Add("--");
            arguments.AddRange(Command);
        }

        return arguments;
    }

    /// <summary>Reads a command line, without the leading <c>start</c>.</summary>
    /// <exception cref="LxcException">StartFailed: an unknown or incomplete option.</exception>
    public static MonitorRequest Parse(ReadOnlySpan<string> arguments)
    {
        string? lxcPath = null;
        string? name = null;
        bool foreground = false;
        bool detach = false;
        int report = -1;
        List<string> settings = [];
        List<string> command = [];
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--foreground": foreground = true; break;
                case "--detach": detach = true; break;
                case "--lxcpath" when i + 1 < arguments.Length: lxcPath = arguments[++i]; break;
                case "--name" when i + 1 < arguments.Length: name = arguments[++i]; break;
                case "--report" when i + 1 < arguments.Length && int.TryParse(arguments[i + 1], out report): i++; break;
                case "--define" when i + 1 < arguments.Length: settings.Add(arguments[++i]); break;
                case "--": command.AddRange(arguments[(i + 1)..]); i = arguments.Length; break;
                default: throw new LxcException(LxcErrorId.StartFailed, $"The monitor does not know the argument '{arguments[i]}'");
            }
        }

        return new MonitorRequest
        {
            LxcPath = lxcPath ?? throw new LxcException(LxcErrorId.StartFailed, "The monitor needs --lxcpath"),
            Name = name ?? throw new LxcException(LxcErrorId.StartFailed, "The monitor needs --name"),
            Foreground = foreground,
            Detach = detach,
            ReportDescriptor = report,
            Settings = settings,
            Command = command,
        };
    }
}
