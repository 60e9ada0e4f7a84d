namespace LxcPS;

/// <summary>Whether a profile is one that apparmor_parser takes.</summary>
public sealed class LxcProfileTest
{
    internal LxcProfileTest(string name, string? message, int? line)
    {
        Name = name;
        Message = message;
        Line = line;
    }

    /// <summary>The profile, or the file that has none.</summary>
    public string Name { get; }

    /// <summary>Whether the parser takes it.</summary>
    public bool IsValid => Message is null;

    /// <summary>What the parser says of it; null when it is valid.</summary>
    public string? Message { get; }

    /// <summary>The line that it says it of, counted from 1; null where it names none.</summary>
    public int? Line { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
