using System.Globalization;

namespace LxcPS.Engine.Operations;

/// <summary>The command line of a request to the helper: options with a value each, flags, and what stands behind <c>--</c> or without one.</summary>
internal sealed class HelperArguments
{
    private readonly string error;
    private readonly List<(string Option, string Value)> values = [];
    private readonly List<string> flags = [];

    private HelperArguments(string error) => this.error = error;

    /// <summary>What is no option: from the first argument that does not begin so, or behind <c>--</c>.</summary>
    internal IReadOnlyList<string> Rest { get; private set; } = [];

    /// <summary>Whether there is a <c>--</c> before it.</summary>
    internal bool IsRestMarked { get; private set; }

    /// <summary>The descriptor for report lines, or -1.</summary>
    internal int Report => (int)Number("--report", -1);

    /// <summary>Reads a command line.</summary>
    /// <param name="arguments">Without the word that names the work.</param>
    /// <param name="error">The <see cref="LxcErrorId"/> of a command line that is wrong.</param>
    /// <param name="options">The options that take a value.</param>
    /// <param name="switches">Those that take none.</param>
    /// <param name="takesRest">Whether there may be a <see cref="Rest"/>.</param>
    /// <exception cref="LxcException">An option is unknown or lacks its value, or there is more than options.</exception>
    internal static HelperArguments Read(ReadOnlySpan<string> arguments, string error, ReadOnlySpan<string> options, ReadOnlySpan<string> switches = default,
        bool takesRest = false)
    {
        HelperArguments read = new(error);
        int next = 0;
        for (; next < arguments.Length && arguments[next].StartsWith("--", StringComparison.Ordinal) && arguments[next].Length > 2; next++)
        {
            string argument = arguments[next];
            if (switches.Contains(argument))
            {
                read.flags.Add(argument);
            }
            else if (options.Contains(argument) && next + 1 < arguments.Length)
            {
                read.values.Add((argument, arguments[++next]));
            }
            else
            {
                throw read.Error(options.Contains(argument) ? $"needs a value after '{argument}'" : $"does not know the argument '{argument}'");
            }
        }

        if (next < arguments.Length && !takesRest)
        {
            throw read.Error($"does not know the argument '{arguments[next]}'");
        }

        read.IsRestMarked = next < arguments.Length && arguments[next] == "--";
        read.Rest = arguments[(read.IsRestMarked ? next + 1 : next)..].ToArray();
        return read;
    }

    /// <summary>Whether a flag is given.</summary>
    internal bool Has(string flag) => flags.Contains(flag);

    /// <summary>The value of an option, or null.</summary>
    internal string? Find(string option) => values.FindLast(value => value.Option == option).Value;

    /// <summary>All values of an option.</summary>
    internal IEnumerable<string> All(string option) => values.Where(value => value.Option == option).Select(value => value.Value);

    /// <summary>The value of an option.</summary>
    /// <exception cref="LxcException">It is not given.</exception>
    internal string Need(string option) => Find(option) ?? throw Error($"needs {option}");

    /// <summary>The number that an option has.</summary>
    /// <param name="option">The option.</param>
    /// <param name="otherwise">What it is where it is not given.</param>
    /// <exception cref="LxcException">It is no number.</exception>
    internal long Number(string option, long otherwise) => Find(option) is not { } text ? otherwise
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : throw Error($"needs a number after {option}");

    /// <summary>The number that an option has.</summary>
    /// <exception cref="LxcException">It is not given, or no number.</exception>
    internal long NeedNumber(string option)
    {
        Need(option);
        return Number(option, 0);
    }

    /// <summary>The error of a command line.</summary>
    /// <param name="what">What the helper does not do with it.</param>
    internal LxcException Error(string what) => new(error, $"The helper {what}");
}
