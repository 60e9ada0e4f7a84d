using LxcPS.Engine.Operations;
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
        HelperArguments read = HelperArguments.Read(arguments, LxcErrorId.ConsoleFailed, ["--lxcpath", "--name", "--tty", "--escape", "--report"]);
        string escape = read.Find("--escape") ?? "a";
        return new ConsoleRequest
        {
            LxcPath = read.Need("--lxcpath"),
            Name = read.Need("--name"),
            Number = (int)read.Number("--tty", AnyTty),
            Escape = escape.Length == 1 && char.IsAsciiLetter(escape[0]) ? escape[0] : throw read.Error($"cannot be left by Ctrl+'{escape}'"),
            ReportDescriptor = read.Report,
        };
    }
}
