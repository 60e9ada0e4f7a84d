namespace LxcPS.Engine.Diagnostics;

/// <summary>Something that containers need from the host, and whether this host has it.</summary>
public sealed class HostCapability
{
    /// <summary>A short name.</summary>
    public required string Name { get; init; }

    /// <summary>The part of the host that it belongs to.</summary>
    public required CapabilityCategory Category { get; init; }

    /// <summary>Whether the host has it, for this caller.</summary>
    public required bool IsAvailable { get; init; }

    /// <summary>Whether no container starts without it.</summary>
    public required bool IsRequired { get; init; }

    /// <summary>What it is for.</summary>
    public required string Purpose { get; init; }

    /// <summary>What was found: a version, a mode, a path, the kernel's answer.</summary>
    public required string Detail { get; init; }

    /// <summary>How to get it; empty when it is there.</summary>
    public required string Advice { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Category}/{Name}: {(IsAvailable ? "available" : IsRequired ? "missing" : "not available")}";
}
