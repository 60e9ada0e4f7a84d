namespace LxcPS.Engine.Diagnostics;

/// <summary>Something that the start of a container depends on, and whether it is so now.</summary>
public sealed class StartCheck
{
    /// <summary>The container.</summary>
    public required string Container { get; init; }

    /// <summary>The directory of containers that it is in.</summary>
    public required string LxcPath { get; init; }

    /// <summary>What was checked.</summary>
    public required string Name { get; init; }

    /// <summary>What was found.</summary>
    public required CheckStatus Status { get; init; }

    /// <summary>The evidence: a path, the kernel's answer, the reason.</summary>
    public required string Detail { get; init; }

    /// <summary>The ErrorId that a start would fail with, one of <see cref="LxcErrorId"/>; null where it would not.</summary>
    public string? ErrorId { get; init; }

    /// <summary>The key of the configuration that is concerned, or null.</summary>
    public string? ConfigKey { get; init; }

    /// <summary>The line of the configuration, counted from 1; 0 when unknown.</summary>
    public int Line { get; init; }

    /// <summary>The remedy; empty when nothing is in the way.</summary>
    public required string Advice { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Container}/{Name}: {Status}";
}
