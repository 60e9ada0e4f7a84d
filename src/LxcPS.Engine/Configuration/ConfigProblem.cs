namespace LxcPS.Engine.Configuration;

/// <summary>What is wrong with one line of a configuration.</summary>
/// <param name="Error">The error that a start would end with.</param>
/// <param name="Value">The value of the line, or the whole line where it has none.</param>
/// <param name="Reason">What is wrong, without the place.</param>
/// <param name="Suggestion">The name of the key that was meant, or that an old one has now; null where none is near.</param>
/// <param name="Severity">Whether the configuration is refused for it.</param>
public sealed record ConfigProblem(LxcException Error, string Value, string Reason, string? Suggestion, ConfigSeverity Severity = ConfigSeverity.Error)
{
    /// <summary>The file: the configuration itself or one that it includes.</summary>
    public string File => Error.Path ?? string.Empty;

    /// <summary>The line of that file, counted from 1.</summary>
    public int Line => Error.Line;

    /// <summary>The key; null where the line has none.</summary>
    public string? Key => Error.ConfigKey;
}
