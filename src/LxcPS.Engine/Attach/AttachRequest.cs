namespace LxcPS.Engine.Attach;

/// <summary>A program to run in a running container; travels as the helper's command line and a part of its environment.</summary>
public sealed class AttachRequest
{
    /// <summary>
    /// The names of the helper's variables that carry those of the program, numbered. Under their own names they would reach the helper itself
    /// (LD_PRELOAD), and on its command line every user of the host could read them.
    /// </summary>
    internal const string VariablePrefix = "LXCPS_SET_";

    /// <summary>The directory of containers.</summary>
    public required string LxcPath { get; init; }

    /// <summary>The container.</summary>
    public required string Name { get; init; }

    /// <summary>The program and its arguments; empty runs the user's shell.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>The user inside the container, by name or number; null is root.</summary>
    public string? User { get; init; }

    /// <summary>The group inside the container, by name or number; null is the user's.</summary>
    public string? Group { get; init; }

    /// <summary>The working directory inside the container; null is the user's home with a terminal and / without.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables to set: NAME=value.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Whether the caller's environment is left behind.</summary>
    public bool ClearEnvironment { get; init; }

    /// <summary>Whether the program gets a terminal of the container's own devpts, joined to the caller's.</summary>
    public bool Terminal { get; init; }

    /// <summary>The descriptor to report on, or -1.</summary>
    public int ReportDescriptor { get; init; } = -1;

    /// <summary>The caller's own environment, NAME=value: what the helper was given.</summary>
    public IReadOnlyList<string> CallerEnvironment { get; private init; } = [];

    /// <summary>The command line that <see cref="Parse"/> reads.</summary>
    /// <param name="reportDescriptor">The descriptor that the helper will have to report on.</param>
    public List<string> ToArguments(int reportDescriptor)
    {
        List<string> arguments = ["attach", "--lxcpath", LxcPath, "--name", Name];
        Add("--user", User);
        Add("--group", Group);
        Add("--cwd", WorkingDirectory);
        Add("--report", reportDescriptor.ToString());
        if (Environment.Count > 0)
        {
            Add("--env", Environment.Count.ToString());
        }

        if (ClearEnvironment)
        {
            arguments.Add("--clear-env");
        }

        if (Terminal)
        {
            arguments.Add("--tty");
        }

        arguments.Add("--");
        arguments.AddRange(Command);
        return arguments;

        void Add(string option, string? value)
        {
            if (value is not null)
            {
                arguments.Add(option);
                arguments.Add(value);
            }
        }
    }

    /// <summary>The part of the helper's environment that <see cref="Parse"/> reads, as NAME=value.</summary>
    public IReadOnlyList<string> ToVariables() => [.. Environment.Select((variable, index) => $"{VariablePrefix}{index}={variable}")];

    /// <summary>Reads a command line, without the leading <c>attach</c>.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="variables">What the helper was given as its environment: NAME=value.</param>
    /// <exception cref="LxcException">CommandFailed: an unknown or incomplete option.</exception>
    public static AttachRequest Parse(ReadOnlySpan<string> arguments, IEnumerable<string> variables)
    {
        ILookup<bool, string> given = variables.ToLookup(variable => variable.StartsWith(VariablePrefix, StringComparison.Ordinal));
        Dictionary<string, string> values = [];
        List<string> environment = [];
        List<string> command = [];
        bool clear = false;
        bool terminal = false;
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--clear-env": clear = true; break;
                case "--tty": terminal = true; break;
                case "--env" when i + 1 < arguments.Length && int.TryParse(arguments[i + 1], out int count):
                    environment.AddRange(Enumerable.Range(0, count).Select(Variable));
                    i++;
                    break;
                case "--lxcpath" or "--name" or "--user" or "--group" or "--cwd" or "--report" when i + 1 < arguments.Length:
                    values[arguments[i]] = arguments[i + 1];
                    i++;
                    break;
                case "--": command.AddRange(arguments[(i + 1)..]); i = arguments.Length; break;
                default: throw new LxcException(LxcErrorId.CommandFailed, $"The attach helper does not know the argument '{arguments[i]}'");
            }
        }

        return new AttachRequest
        {
            LxcPath = Required("--lxcpath"),
            Name = Required("--name"),
            User = values.GetValueOrDefault("--user"),
            Group = values.GetValueOrDefault("--group"),
            WorkingDirectory = values.GetValueOrDefault("--cwd"),
            ReportDescriptor = values.TryGetValue("--report", out string? report) && int.TryParse(report, out int fd) ? fd : -1,
            Environment = environment,
            ClearEnvironment = clear,
            CallerEnvironment = [.. given[false]],
            Terminal = terminal,
            Command = command,
        };

        string Variable(int index) => given[true].FirstOrDefault(variable => variable.StartsWith($"{VariablePrefix}{index}=", StringComparison.Ordinal)) is { } variable
            ? variable[(variable.IndexOf('=') + 1)..]
            : throw new LxcException(LxcErrorId.CommandFailed, $"The attach helper lacks the variable {VariablePrefix}{index}");

        string Required(string option) => values.TryGetValue(option, out string? value) ? value
            : throw new LxcException(LxcErrorId.CommandFailed, $"The attach helper needs {option}");
    }
}
