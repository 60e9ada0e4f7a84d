namespace LxcPS.Engine.Configuration;

/// <summary>Signals by name and number; see signal(7). Numbers are those of x86-64 and arm64.</summary>
public static class Signals
{
    /// <summary>The first real-time signal that the C library leaves to programs: it keeps 32 and 33 to itself.</summary>
    public const int RealTimeMinimum = 34;

    /// <summary>The last signal.</summary>
    public const int RealTimeMaximum = 64;

    /// <summary>The names of all signals but the real-time ones between the first and the last.</summary>
    public static IReadOnlyList<string> AllNames => [.. Names.Skip(1).Select(name => "SIG" + name), "SIGRTMIN", "SIGRTMAX"];

    // By number; aliases are in Parse.
    private static readonly string[] Names =
    [
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Reads a signal: <c>SIGTERM</c>, <c>TERM</c>, <c>15</c>, <c>SIGRTMIN+3</c> or <c>SIGRTMAX-1</c>, in any case.</summary>
    /// <exception cref="LxcException">ConfigInvalidValue.</exception>
    public static int Parse(string text) => TryParse(text, out int signal) ? signal
        : throw new LxcException(LxcErrorId.ConfigInvalidValue, $"There is no signal '{DisplayText.Of(text)}'")
        {
            Advice = "Use a name of signal(7) such as SIGTERM or SIGRTMIN+3, or a number from 1 to 64.",
        };

    /// <summary>Reads a signal; false where there is none of that name or number.</summary>
    public static bool TryParse(string text, out int signal)
    {
        string name = text.Trim().ToUpperInvariant();
        if (name.Length > 0 && char.IsAsciiDigit(name[0]))
        {
            return int.TryParse(name, out signal) && signal is >= 1 and <= RealTimeMaximum;
        }

        name = name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
        signal = name switch
        {
            "" => -1,
            "IOT" => 6,
            "CLD" => 17,
            "POLL" => 29,
            "UNUSED" => 31,
            "RTMIN" => RealTimeMinimum,
            "RTMAX" => RealTimeMaximum,
            _ => name.StartsWith("RT", StringComparison.Ordinal) ? RealTime(name) : Array.IndexOf(Names, name),
        };
        return signal > 0;
    }

    /// <summary>The name of a signal, e.g. <c>SIGTERM</c> or <c>SIGRTMIN+3</c>; the number as text where it has none.</summary>
    public static string Name(int signal) => signal switch
    {
        > 0 when signal < Names.Length => "SIG" + Names[signal],
        RealTimeMinimum => "SIGRTMIN",
        RealTimeMaximum => "SIGRTMAX",
        > RealTimeMinimum and < RealTimeMaximum => $"SIGRTMIN+{signal - RealTimeMinimum}",
        _ => signal.ToString(),
    };

    private static int RealTime(string name)
    {
        bool fromMinimum = name.StartsWith("RTMIN+", StringComparison.Ordinal);
        if ((!fromMinimum && !name.StartsWith("RTMAX-", StringComparison.Ordinal)) || name.Length == 6 || !char.IsAsciiDigit(name[6])
            || !int.TryParse(name.AsSpan(6), out int offset) || offset > RealTimeMaximum - RealTimeMinimum)
        {
            return -1;
        }

        return fromMinimum ? RealTimeMinimum + offset : RealTimeMaximum - offset;
    }
}
