using System.Globalization;

namespace LxcPS.Engine.Console;

/// <summary>A connection to the console or a tty of a running container; travels as the helper's command line.</summary>
public sealed class ConsoleRequest
{
    /// <summary>In place of a number: the first tty that is free.</summary>
    public const int AnyTty = -1;

    /// <summary>The directory of containers.</summary>
    public required string LxcPath { get; init; }

    /// <summary>The container.</summary>
    public required string Name { get; init; }

    /// <summary>The tty, counted from 1; 0 is the console, <see cref="AnyTty"/> any that is free.</summary>
    public int Number { get; init; } = AnyTty;

    /// <summary>The letter that leaves, with Ctrl, before q.</summary>
    public char Escape { get; init; } = 'a';

    /// <summary>The descriptor to report on, or -1.</summary>
    public int ReportDescriptor { get; init; } = -1;

    /// <summary>The command line that <see cref="Parse"/> reads.</summary>
    /// <param name="reportDescriptor">The descriptor that the helper will have to report on.</param>
    public List<string> ToArguments(int reportDescriptor) =>
    [
        "console", "--lxcpath", LxcPath, "--name", Name, "--tty", Number.ToString(CultureInfo.InvariantCulture), "--escape", Escape.ToString(),
        "--report", reportDescriptor.ToString(CultureInfo.InvariantCulture),
    ];

    /// <summary>Reads a command line, without the leading <c>console</c>.</summary>
    /// <exception cref="LxcException">ConsoleFailed: an unknown or incomplete option.</exception>
    public static ConsoleRequest Parse(ReadOnlySpan<string> arguments)
    {
        Dictionary<string, string> values = [];
        for (int i = 0; i + 1 < arguments.Length; i += 2)
        {
            values[arguments[i]] = arguments[i + 1];
        }

        string escape = values.GetValueOrDefault("--escape", "a");
        if (!values.TryGetValue("--lxcpath", out string? lxcPath) || !values.TryGetValue("--name", out string? name) || arguments.Length % 2 != 0
            || !TryNumber("--tty", out int number) || !TryNumber("--report", out int report) || escape.Length != 1 || !char.IsAsciiLetter(escape[0]))
        {
            throw new LxcException(LxcErrorId.ConsoleFailed, $"The console helper does not understand '{string.Join(' ', arguments!)}'");
        }

        return new ConsoleRequest { LxcPath = lxcPath, Name = name, Number = number, Escape = escape[0], ReportDescriptor = report };

        bool TryNumber(string option, out int number)
        {
            number = -1;
            return !values.TryGetValue(option, out string? text) || int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
        }
    }
}
